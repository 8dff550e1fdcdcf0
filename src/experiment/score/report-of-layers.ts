import { partialSumFigure, type ReportFigure, type ReportSection } from '../../report/index.js';
import type { Ablation } from './ablation-stage.js';
import {
  ABLATION_COLUMNS,
  ablationCaption,
  ablationCells,
  LAYER_COLUMNS,
  layerCaption,
  layerCells,
  type LayerFinding,
} from './layer-findings.js';

/** The report's section on layers: partial sums, what converters make of them, who is to blame. */
export const layerSection = (
  layers: readonly LayerFinding[],
  images: number,
  ablation: Ablation | undefined,
): ReportSection => ({
  id: 'layers',
  title: 'Layer by layer',
  blocks: [
    sumsFigure(layers),
    {
      kind: 'table',
      caption: layerCaption(images),
      columns: LAYER_COLUMNS,
      rows: layerCells(layers),
    },
    ...(ablation
      ? [
          {
            kind: 'table' as const,
            caption: ablationCaption(ablation),
            columns: ABLATION_COLUMNS,
            rows: ablationCells(ablation),
          },
        ]
      : []),
  ],
});

function sumsFigure(layers: readonly LayerFinding[]): ReportFigure {
  const currents = layers[0].unit === 'A';
  const scale = currents ? 1e6 : 1;
  return partialSumFigure(
    layers.map(({ layer, occurred, histogram, range }) => ({
      layer,
      from: scale * occurred[0],
      width: scale * histogram.width,
      shares: histogram.shares,
      range: range && [scale * range[0], scale * range[1]],
    })),
    currents ? 'uA' : 'digits',
  );
}
