/**
 * Time function of an independent source, as written; every absent argument is left out so that
 * the defaults, which depend on the transient analysis (TSTEP, TSTOP), are applied there.
 * Times in s, frequencies in Hz, phases in degree, levels in V or A.
 */
export type Waveform =
  | PulseWaveform
  | SineWaveform
  | ExponentialWaveform
  | PiecewiseLinearWaveform
  | FrequencyModulatedWaveform
  | AmplitudeModulatedWaveform;

export interface PulseWaveform {
  readonly kind: 'pulse';
  readonly initial: number;
  readonly pulsed: number;
  /** Default 0. */
  readonly delay?: number;
  /** Default, and value for 0: TSTEP. */
  readonly rise?: number;
  /** Default, and value for 0: TSTEP. */
  readonly fall?: number;
  /** Default TSTOP. */
  readonly width?: number;
  /** Default TSTOP. */
  readonly period?: number;
  /** Number of pulses; 0 or absent: without end. */
  readonly count?: number;
}

/** offset + amplitude exp(-(t - delay) damping) sin(2 pi frequency (t - delay) + phase). */
export interface SineWaveform {
  readonly kind: 'sin';
  readonly offset: number;
  readonly amplitude: number;
  /** Default 1 / TSTOP. */
  readonly frequency?: number;
  readonly delay?: number;
  /** 1/s. */
  readonly damping?: number;
  readonly phase?: number;
}

export interface ExponentialWaveform {
  readonly kind: 'exp';
  readonly initial: number;
  readonly pulsed: number;
  /** Default 0. */
  readonly riseDelay?: number;
  /** Default TSTEP. */
  readonly riseTime?: number;
  /** Default riseDelay + TSTEP. */
  readonly fallDelay?: number;
  /** Default TSTEP. */
  readonly fallTime?: number;
}

export interface PiecewiseLinearWaveform {
  readonly kind: 'pwl';
  /** Increasing, s. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** `r=`: after the last point, repeat from this time on. */
  readonly repeatFrom?: number;
  /** `td=`: shift of the whole waveform, s. */
  readonly delay?: number;
}

/** offset + amplitude sin(2 pi carrier t + modulationIndex sin(2 pi signal t)). */
export interface FrequencyModulatedWaveform {
  readonly kind: 'sffm';
  readonly offset: number;
  readonly amplitude: number;
  /** Default 1 / TSTOP. */
  readonly carrierFrequency?: number;
  readonly modulationIndex?: number;
  /** Default 1 / TSTOP. */
  readonly signalFrequency?: number;
}

/** amplitude (offset + sin(2 pi modulation (t - delay))) sin(2 pi carrier (t - delay)). */
export interface AmplitudeModulatedWaveform {
  readonly kind: 'am';
  readonly amplitude: number;
  readonly offset: number;
  readonly modulationFrequency: number;
  readonly carrierFrequency?: number;
  readonly delay?: number;
}
