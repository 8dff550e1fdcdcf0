import type { PulseWaveform, Waveform } from '../../netlist/index.js';

/** A source's value over time, with the times at which its slope jumps. */
export interface WaveformFunction {
  /** Value (V or A) at time t (s). */
  readonly at: (time: number) => number;
  /** Corners in [0, stop], s. */
  readonly breakpoints: (stop: number) => readonly number[];
}

interface TransientDefaults {
  /** TSTEP of the transient analysis, s. */
  readonly step: number;
  /** TSTOP, s. */
  readonly stop: number;
}

const RADIANS = Math.PI / 180;
const NO_CORNERS = (): readonly number[] => [];

/** Resolves the defaults that depend on the transient analysis and returns the time function. */
export function waveformFunction(
  waveform: Waveform,
  defaults: TransientDefaults,
): WaveformFunction {
  const stop = defaults.stop > 0 ? defaults.stop : 1;
  switch (waveform.kind) {
    case 'pulse':
      return pulse(waveform, { step: defaults.step, stop });
    case 'sin': {
      const { offset, amplitude, frequency, delay = 0, damping = 0, phase = 0 } = waveform;
      const hertz = frequency === undefined || frequency === 0 ? 1 / stop : frequency;
      const start = phase * RADIANS;
      return {
        at(time) {
          const t = time - delay;
          if (t <= 0) return offset + amplitude * Math.sin(start);
          const decay = damping === 0 ? 1 : Math.exp(-t * damping);
          return offset + amplitude * decay * Math.sin(2 * Math.PI * hertz * t + start);
        },
        breakpoints: () => (delay > 0 ? [delay] : []),
      };
    }
    case 'exp': {
      const { initial, pulsed, riseDelay = 0 } = waveform;
      const riseTime = waveform.riseTime || defaults.step;
      const fallDelay = waveform.fallDelay ?? riseDelay + defaults.step;
      const fallTime = waveform.fallTime || defaults.step;
      const rise = pulsed - initial;
      return {
        at(time) {
          let value = initial;
          if (time > riseDelay) value += rise * -Math.expm1(-(time - riseDelay) / riseTime);
          if (time > fallDelay) value -= rise * -Math.expm1(-(time - fallDelay) / fallTime);
          return value;
        },
        breakpoints: () => [riseDelay, fallDelay],
      };
    }
    case 'pwl':
      return piecewiseLinear(waveform.times, waveform.values, waveform);
    case 'sffm': {
      const { offset, amplitude, modulationIndex = 0 } = waveform;
      const carrier = 2 * Math.PI * (waveform.carrierFrequency || 1 / stop);
      const signal = 2 * Math.PI * (waveform.signalFrequency || 1 / stop);
      return {
        at: (time) =>
          offset + amplitude * Math.sin(carrier * time + modulationIndex * Math.sin(signal * time)),
        breakpoints: NO_CORNERS,
      };
    }
    case 'am': {
      const { amplitude, offset, delay = 0 } = waveform;
      const modulation = 2 * Math.PI * waveform.modulationFrequency;
      const carrier = 2 * Math.PI * (waveform.carrierFrequency ?? 0);
      return {
        at(time) {
          const t = time - delay;
          if (t <= 0) return 0;
          return amplitude * (offset + Math.sin(modulation * t)) * Math.sin(carrier * t);
        },
        breakpoints: () => (delay > 0 ? [delay] : []),
      };
    }
  }
}

/** TR = 0 and TF = 0 mean TSTEP; PW and PER default to TSTOP. */
function pulse(
  { initial, pulsed, delay = 0, count = 0, ...times }: PulseWaveform,
  { step, stop }: TransientDefaults,
): WaveformFunction {
  const rise = times.rise || step;
  const fall = times.fall || step;
  const width = times.width ?? stop;
  const period = times.period || stop;
  const corners = [0, rise, rise + width, rise + width + fall];
  return {
    at(time) {
      let t = time - delay;
      if (t <= 0) return initial;
      const cycle = Math.ceil(t / period) - 1; // the end of a period still belongs to it
      if (count > 0 && cycle >= count) return initial;
      if (cycle > 0) t -= cycle * period;
      if (t < corners[1]) return initial + ((pulsed - initial) * t) / rise;
      if (t <= corners[2]) return pulsed;
      if (t < corners[3]) return pulsed + ((initial - pulsed) * (t - corners[2])) / fall;
      return initial;
    },
    breakpoints(end) {
      const found: number[] = [];
      const cycles = count > 0 ? count : Infinity;
      for (let cycle = 0; cycle < cycles; cycle++) {
        const origin = delay + cycle * period;
        if (origin > end) break;
        for (const corner of corners) {
          if (corner <= period && origin + corner <= end) found.push(origin + corner);
        }
      }
      return found;
    },
  };
}

function piecewiseLinear(
  times: readonly number[],
  values: readonly number[],
  { delay = 0, repeatFrom }: { delay?: number; repeatFrom?: number },
): WaveformFunction {
  const last = times.length - 1;
  const end = times[last];
  const loop = repeatFrom === undefined ? 0 : end - repeatFrom;
  let hint = 0; // transients ask in ascending order
  return {
    at(time) {
      let t = time - delay;
      if (loop > 0 && t > end) t = repeatFrom! + ((t - repeatFrom!) % loop);
      if (t <= times[0]) return values[0];
      if (t >= end) return values[last];
      if (times[hint] > t) hint = 0;
      while (times[hint + 1] <= t) hint++;
      const slope = (values[hint + 1] - values[hint]) / (times[hint + 1] - times[hint]);
      return values[hint] + slope * (t - times[hint]);
    },
    breakpoints(stop) {
      const found = times.map((t) => t + delay);
      for (let shift = loop; loop > 0 && repeatFrom! + delay + shift <= stop; shift += loop) {
        for (const t of times) if (t >= repeatFrom!) found.push(t + delay + shift);
      }
      return found.filter((t) => t >= 0 && t <= stop);
    },
  };
}
