import type { LayerStatistics, MeasuredLayers, SumsInRange } from '../../network/index.js';
import type { Dataset } from '../node/datasets.js';
import { converterLabel } from '../run/results.js';
import type { ScoredRow } from '../run/score-stage.js';
import { textTable } from '../text-table.js';
import type { Ablation, Difference } from './ablation-stage.js';

/** One layer: its partial sums against the converter's range, and what the converter makes of them. */
export type LayerFinding = SumsInRange & LayerStatistics;

export const layerFindings = (
  sums: readonly SumsInRange[],
  { layers }: Pick<MeasuredLayers, 'layers'>,
): readonly LayerFinding[] => layers.map((own, i) => ({ ...sums[i], ...own }));

/** Share of images that two rows classify alike, rightly or not. */
export interface RowAgreement {
  readonly row: string;
  readonly seed: number;
  readonly reference: string;
  readonly share: number;
}

/** Every row against the rows of reference: exact, noiseless and float. */
export function rowAgreement(
  scored: readonly ScoredRow[],
  { labels }: Pick<Dataset, 'labels'>,
): readonly RowAgreement[] {
  const references = scored.filter(({ row }) =>
    ['float', 'ideal', 'expectation'].includes(row.converter),
  );
  return scored.flatMap((own) =>
    references
      .filter((reference) => reference !== own && !references.includes(own))
      .map(({ row, predictions }) => ({
        row: converterLabel(own.row),
        seed: own.row.seed,
        reference: row.converter,
        share:
          own.predictions.filter((predicted, i) => predicted === predictions[i]).length /
          labels.length,
      })),
  );
}

const percent = (share: number | undefined, digits = 2): string =>
  share === undefined ? '' : (100 * share).toFixed(digits);

export const LAYER_COLUMNS = [
  'layer',
  'range',
  'sums from',
  'to',
  'outside %',
  'saturated %',
  'SNR dB',
  'agreement',
  'same side %',
] as const;

/** Layers as table cells: currents in uA, digits as they are. */
export const layerCells = (layers: readonly LayerFinding[]): string[][] =>
  layers.map(({ layer, unit, range, occurred, outside, saturated, ...own }) => {
    const shown = (value: number): string =>
      unit === 'A' ? `${(value * 1e6).toPrecision(3)} uA` : String(Math.round(value));
    return [
      layer,
      range ? range.map(shown).join(' to ') : '',
      ...occurred.map(shown),
      percent(outside),
      percent(saturated),
      own.signalToNoise === undefined ? '' : own.signalToNoise.toFixed(1),
      own.agreement.toFixed(3),
      percent(own.sameSide, 1),
    ];
  });

export const ABLATION_COLUMNS = [
  'layer',
  'mended: loss (mnat)',
  'accuracy (points)',
  'alone: loss (mnat)',
  'accuracy (points)',
] as const;

/** Differences with their 95 % half widths. */
export const ablationCells = ({ layers }: Ablation): string[][] => {
  const shown = ({ mean, error }: Difference, scale: number, digits: number): string =>
    `${(scale * mean).toFixed(digits)} +- ${(1.96 * scale * error).toFixed(digits)}`;
  return layers.map(({ layer, mended, alone }) => [
    layer,
    shown(mended.loss, 1e3, 1),
    shown(mended.accuracy, 100, 1),
    shown(alone.loss, 1e3, 1),
    shown(alone.accuracy, 100, 1),
  ]);
};

/** In words: what `mended` and `alone` mean here, and what all layers together do. */
export const ablationCaption = ({ best, images, own, ideal }: Ablation): string => {
  const at = best === 'noiseless' ? 'infinitely many samples' : 'exact partial sums';
  return `First ${images} images scored. Mended: one layer with ${at}, the others as they are (all as they are: loss ${own.loss.toFixed(3)} nat, accuracy ${percent(own.accuracy, 1)} %). Alone: one layer as it is, the others with ${at} (all with: ${ideal.loss.toFixed(3)} nat, ${percent(ideal.accuracy, 1)} %). Differences with 95 % half widths over images.`;
};

export const layerCaption = (images: number): string =>
  `First ${images} images of the test set. SNR: variance of the noiseless output over the mean square of what sampling adds (of quantisation, for ADCs). Agreement: correlation of the output with exact partial sums, column by column; a saturating converter is below 1 even without noise. Same side: outputs on the same side of their column's mean.`;

/** What `spinbar run` prints of the layers. */
export function layersText(
  layers: readonly LayerFinding[],
  images: number,
  ablation: Ablation | undefined,
): string {
  const parts = [layerCaption(images), textTable(LAYER_COLUMNS, layerCells(layers))];
  if (ablation)
    parts.push('', ablationCaption(ablation), textTable(ABLATION_COLUMNS, ablationCells(ablation)));
  return parts.join('\n');
}
