import type { WaveformCard } from '../deck.js';
import { netlistError } from '../problem.js';
import type { SourceText } from '../source-text.js';
import type { Expression } from '../expression/syntax.js';
import type { Waveform } from '../waveform-description.js';

type Evaluate = (expression: Expression) => number;

/** Leaves out what was not written, so that defaults can be applied where TSTEP is known. */
const given = <K extends string>(entries: readonly (readonly [K, number | undefined])[]) =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<
    Record<K, number>
  >;

/** Evaluates the arguments of a waveform. Throws when PWL times descend. */
export function elaborateWaveform(
  { kind, values, settings, place }: WaveformCard,
  evaluate: Evaluate,
  sources: readonly SourceText[],
): Waveform {
  const v = values.map(evaluate);
  switch (kind) {
    case 'pulse':
      return {
        kind,
        initial: v[0],
        pulsed: v[1],
        ...given([
          ['delay', v[2]],
          ['rise', v[3]],
          ['fall', v[4]],
          ['width', v[5]],
          ['period', v[6]],
          ['count', v[7]],
        ]),
      };
    case 'sin':
      return {
        kind,
        offset: v[0],
        amplitude: v[1],
        ...given([
          ['frequency', v[2]],
          ['delay', v[3]],
          ['damping', v[4]],
          ['phase', v[5]],
        ]),
      };
    case 'exp':
      return {
        kind,
        initial: v[0],
        pulsed: v[1],
        ...given([
          ['riseDelay', v[2]],
          ['riseTime', v[3]],
          ['fallDelay', v[4]],
          ['fallTime', v[5]],
        ]),
      };
    case 'sffm':
      return {
        kind,
        offset: v[0],
        amplitude: v[1],
        ...given([
          ['carrierFrequency', v[2]],
          ['modulationIndex', v[3]],
          ['signalFrequency', v[4]],
        ]),
      };
    case 'am':
      return {
        kind,
        amplitude: v[0],
        offset: v[1],
        modulationFrequency: v[2],
        ...given([
          ['carrierFrequency', v[3]],
          ['delay', v[4]],
        ]),
      };
    case 'pwl': {
      const times = v.filter((_, k) => k % 2 === 0);
      const levels = v.filter((_, k) => k % 2 === 1);
      const descending = times.findIndex((time, k) => k > 0 && time < times[k - 1]);
      if (descending > 0) {
        throw netlistError(sources, {
          code: 'waveform-arguments',
          what: `PWL times must ascend: ${times[descending]} follows ${times[descending - 1]}`,
          place,
          length: 3,
        });
      }
      const setting = (name: string) => settings.find((one) => one.name === name)?.expression;
      const repeat = setting('r');
      const delay = setting('td');
      return {
        kind,
        times,
        values: levels,
        ...given([
          ['repeatFrom', repeat && evaluate(repeat)],
          ['delay', delay && evaluate(delay)],
        ]),
      };
    }
  }
}

/** Value at t = 0, used for the operating point of a source without DC. */
export function waveformAtZero(waveform: Waveform): number {
  switch (waveform.kind) {
    case 'pulse':
    case 'exp':
      return waveform.initial;
    case 'sin':
      return (
        waveform.offset + waveform.amplitude * Math.sin(((waveform.phase ?? 0) * Math.PI) / 180)
      );
    case 'sffm':
      return waveform.offset;
    case 'am':
      return 0;
    case 'pwl': {
      const { times, values, delay = 0 } = waveform;
      const behind = times.findIndex((time) => time + delay > 0);
      if (behind < 0) return values[values.length - 1];
      if (behind === 0) return values[0];
      const start = times[behind - 1] + delay;
      const fraction = -start / (times[behind] + delay - start);
      return values[behind - 1] + fraction * (values[behind] - values[behind - 1]);
    }
  }
}
