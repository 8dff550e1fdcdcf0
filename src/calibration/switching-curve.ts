/**
 * P_sw(I) as it passes from calibration to the network: raw counts with their intervals, and a fitted,
 * invertible, differentiable p(I). Serialised as it is to `devices/curves/NAME.json`.
 */
export interface SwitchingCurve {
  readonly format: 'spinbar.switching-curve';
  readonly version: 1;
  readonly name: string;
  /** Device file's name and the hash of its validated content. */
  readonly device: { readonly name: string; readonly hash: string };
  /** Protocol's name, hash, and how P = 0.5 is reached at zero partial sum. */
  readonly protocol: {
    readonly name: string;
    readonly hash: string;
    readonly kind: 'hard-axis-preset' | 'reset-and-pulse' | 'measured';
  };
  readonly temperatureKelvin: number;
  readonly seed: number;
  readonly method: 'monte-carlo' | 'fokker-planck' | 'measured';
  readonly points: readonly SwitchingPoint[];
  readonly fit: SwitchingFit;
  /** Currents (A) between which the fit is backed by points; outside is extrapolation. */
  readonly currentRangeAmpere: readonly [number, number];
  readonly provenance: { readonly version: string; readonly inputHash: string };
}

export interface SwitchingPoint {
  /** Drive current through the heavy metal, positive towards the switched state (A). */
  readonly currentAmpere: number;
  readonly trials: number;
  readonly switched: number;
  /** switched / trials, or the Fokker-Planck probability when trials is 0. */
  readonly probability: number;
  /** 95 % Wilson interval of the probability. */
  readonly interval: readonly [number, number];
}

/** z = (I - centre) / width, then the model's cumulative distribution of z. */
export interface SwitchingFit {
  readonly model: 'probit' | 'logistic' | 'generalised-logistic' | 'monotone-logit-spline';
  /** I50-like location (A). */
  readonly centreAmpere: number;
  /** Scale of z (A); for the probit its standard deviation. */
  readonly widthAmpere: number;
  /** Further parameters of the model, by name (shape exponent, spline knots and values). */
  readonly shape?: Readonly<Record<string, readonly number[]>>;
  /** Covariance of (centre, width) in A^2, row-major 2 x 2. */
  readonly covariance: readonly number[];
  readonly logLikelihood: number;
  /** Pearson chi-square over the points, its degrees of freedom and p-value. */
  readonly goodness: {
    readonly chiSquare: number;
    readonly degreesOfFreedom: number;
    readonly pValue: number;
  };
}
