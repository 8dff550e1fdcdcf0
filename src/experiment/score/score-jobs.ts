import {
  noiseless,
  type Converter,
  type MeasuredLayers,
  type TileTable,
} from '../../network/index.js';
import type { ScoreJob } from '../run/score-stage.js';
import type { LoadedNetwork } from './score-file.js';

export interface JobOptions {
  readonly seeds: readonly number[];
  /** Mean T of a conversion; 0 where the converter does not sample. */
  readonly samples: number;
  readonly tiles: TileTable | undefined;
  /** Absent where no rows of reference are wanted. */
  readonly measured: MeasuredLayers | undefined;
}

/**
 * The rows of a network file: its converter with every seed, then, beside it, infinitely many samples where it
 * draws, ideal conversion, and the float network (the twin that the file names, or its own weights).
 *
 * A network trained through bits expects the scale that these have, so its ideal and its own float row bring
 * each column there by least squares (`measureLayers`). They have no saturation, which such a network uses:
 * infinitely many samples are what its converters would be at their best.
 */
export function scoreJobs(
  { graph, weights, mapping, converter = { kind: 'ideal' }, float }: LoadedNetwork,
  { seeds, samples, tiles, measured }: JobOptions,
): ScoreJob[] {
  const network = { graph, weights };
  if (!mapping) return [{ ...network, converter: 'float', samples: 0, seed: seeds[0] }];
  const own = seeds.map((seed): ScoreJob => ({
    ...network,
    converter: converter.kind,
    samples,
    seed,
    mapping,
    conversion: converter,
    ...(tiles ? { tiles } : {}),
  }));
  if (!measured) return own;
  const once = { ...network, mapping, samples: 0, seed: seeds[0] };
  const limit = noiseless(converter);
  const ideal: Converter = { kind: 'ideal' };
  const twin: ScoreJob = float
    ? { ...float, converter: 'float', samples: 0, seed: seeds[0] }
    : { ...once, converter: 'float', conversion: ideal, overrides: measured.float };
  return [
    ...own,
    ...(limit ? [{ ...once, converter: 'expectation' as const, conversion: limit }] : []),
    ...(converter.kind === 'ideal'
      ? []
      : [{ ...once, converter: ideal.kind, conversion: ideal, overrides: measured.exact }]),
    twin,
  ];
}
