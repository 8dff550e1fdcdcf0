import type { ArrayParasitics } from '../../crossbar/index.js';
import {
  solveTiles,
  wireErrors,
  type TileTable,
  type WireError,
  type WireOptions,
} from '../../network/index.js';
import type { Dataset } from '../node/datasets.js';
import { firstInputs } from '../node/first-inputs.js';
import type { StageContext } from './calibration-stage.js';
import { scoreStage, type ScoredRow, type ScoreJob } from './score-stage.js';

export interface WiredStageOptions {
  readonly images: Dataset;
  readonly context: StageContext;
  /** Takes the rows with wires. */
  readonly scored: ScoredRow[];
}

/** Images whose partial sums are compared with and without wires. */
const COMPARED_IMAGES = 8;

/**
 * Scores every mapped row once more with the exact transfer matrices of its arrays, solved once for each
 * network, and says what the wires do to the partial sums of the stochastic one.
 */
export async function wiredStage(
  jobs: readonly ScoreJob[],
  wires: ArrayParasitics,
  { images, context, scored }: WiredStageOptions,
): Promise<readonly WireError[]> {
  const options: WireOptions = {
    wordLineOhm: wires.wire?.wordLine ?? 0,
    bitLineOhm: wires.wire?.bitLine ?? 0,
    driverOhm: Number(wires.driver ?? 0),
    loadOhm: Number(wires.load ?? 0),
  };
  const solved = new Map<unknown, TileTable>();
  let errors: readonly WireError[] = [];
  for (const job of jobs) {
    const { graph, weights, mapping, conversion: converter } = job;
    if (!mapping || !converter) continue;
    let tiles = solved.get(weights);
    if (!tiles) {
      tiles = await solveTiles({ graph, weights, mapping, converter, wires: options }, context);
      solved.set(weights, tiles);
      const inputs = firstInputs(graph, images, COMPARED_IMAGES);
      errors = wireErrors({ graph, weights, mapping, converter, tiles, inputs, seed: job.seed });
    }
    scored.push(...(await scoreStage([{ ...job, tiles }], images, context)));
  }
  return errors;
}
