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
  /** The models that were weighed against each other, best first. */
  readonly alternatives?: readonly FitAlternative[];
  /** What a reader must know: restrictions of range, back-switching, trials that were not enough. */
  readonly notes?: readonly string[];
  readonly provenance: { readonly version: string; readonly inputHash: string };
}

/** A candidate model and how it fared on the same points. */
export interface FitAlternative {
  readonly model: SwitchingFit['model'];
  /** Free parameters. */
  readonly parameters: number;
  readonly logLikelihood: number;
  /** Akaike's criterion, 2 parameters - 2 ln L. */
  readonly akaike: number;
  /** Goodness of fit as in `SwitchingFit`. */
  readonly pValue: number;
  /** Largest |observed - fitted| probability over the points. */
  readonly largestResidual: number;
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
  /**
   * Row-major covariance of all free parameters in SI units: centre, width, exponent; for the spline, of
   * the logits at its knots. Absent for exact (Fokker-Planck) curves.
   */
  readonly parameterCovariance?: readonly number[];
  readonly logLikelihood: number;
  /** Pearson chi-square over the points, its degrees of freedom and p-value. */
  readonly goodness: {
    readonly chiSquare: number;
    readonly degreesOfFreedom: number;
    readonly pValue: number;
  };
}
