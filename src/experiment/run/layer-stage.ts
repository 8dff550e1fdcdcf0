import type { Diagnostic } from '../../errors/index.js';
import { measureLayers, profilePartialSums, sumsInRange } from '../../network/index.js';
import type { Dataset } from '../node/datasets.js';
import { firstInputs } from '../node/first-inputs.js';
import { ablationStage, type Ablation } from '../score/ablation-stage.js';
import { checkCoverage } from '../score/coverage.js';
import { layerFindings, type LayerFinding } from '../score/layer-findings.js';
import type { StageContext } from './calibration-stage.js';
import type { ScoreJob } from './score-stage.js';

/** What the converter of the last row makes of every layer. */
export interface LayerReport {
  readonly measuredImages: number;
  readonly layers: readonly LayerFinding[];
  readonly ablation?: Ablation;
}

export interface LayerStageOptions {
  /** Go on although over 1 % of the conversions leave the curve. */
  readonly allow: boolean;
  /** Images of the ablation; absent: a twentieth of those scored, at most 100. */
  readonly ablation: number | undefined;
  readonly file: string;
  readonly context: StageContext;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Images whose partial sums are looked at. */
const MEASURED = 8;

/** Images of an ablation where the file names no number. */
export const ablationShare = (images: number): number => Math.min(100, Math.floor(images / 20));

/** Compares currents with the curve (refusing where they leave it), and measures every layer. */
export async function layerStage(
  jobs: readonly ScoreJob[],
  data: Dataset,
  { allow, ablation: wanted, file, context, report }: LayerStageOptions,
): Promise<LayerReport | undefined> {
  const job = jobs.at(-1);
  if (!job?.mapping || !job.conversion) return undefined;
  const { graph, weights, mapping, conversion: converter, seed } = job;
  const inputs = firstInputs(graph, data, MEASURED);
  const options = { graph, weights, mapping, converter, seed, inputs, first: data.first };
  const profiles = profilePartialSums(options);
  checkCoverage(profiles, converter, { file, allow, report });
  const measured = measureLayers(options);
  const images = Math.min(wanted ?? ablationShare(data.labels.length), data.labels.length);
  const ablation =
    measured.best && images > 0
      ? await ablationStage({ network: options, best: measured.best, seed }, data, images, context)
      : undefined;
  return {
    measuredImages: inputs.length,
    layers: layerFindings(sumsInRange(profiles, converter), measured),
    ...(ablation ? { ablation } : {}),
  };
}
