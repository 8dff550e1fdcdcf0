import {
  layerDamageFigure,
  paretoFigure,
  type ReportDocument,
  type ReportFigure,
} from '../../report/index.js';
import { VERSION } from '../node/version.js';
import type { AllocationResults } from './allocate-experiment.js';
import { FRONTIER_HEADER, frontierRows, LAYER_HEADER, layerRows } from './allocation-table.js';

/** The report: what the allocation gains over uniform T, then the layers it was made from. */
export function reportOfAllocation(results: AllocationResults): ReportDocument {
  const { sensitivity, frontier, headline, metric, budget, command } = results;
  return {
    title: `Samples by layer for ${results.subject}`,
    answer: answer(results),
    facts: [
      { label: 'energy an image', value: `${(headline.energy * 1e6).toPrecision(3)} uJ` },
      { label: 'latency', value: `${(headline.latency * 1e6).toPrecision(3)} us` },
      {
        label: 'budget used',
        value: `${((100 * headline[metric]) / budget).toFixed(1)} %`,
        note: metric,
      },
      {
        label: 'ranking',
        value: sensitivity.significant ? 'significant' : 'in part',
        note: `${sensitivity.images} images, up to ${sensitivity.repeats} repeats`,
      },
    ],
    sections: [
      {
        id: 'frontier',
        title: 'Against uniform samples',
        blocks: [
          ...frontierFigures(results),
          {
            kind: 'table',
            caption:
              'Test set. Gain: paired difference to uniform samples of the same budget, with its 95 % interval over images.',
            columns: FRONTIER_HEADER,
            rows: frontierRows(results),
          },
        ],
      },
      {
        id: 'layers',
        title: 'What a sample is worth in each layer',
        blocks: [
          layerDamageFigure(
            sensitivity.layers.map(({ name, damage, damageError }) => ({
              name,
              damage: 1e3 * damage,
              error: 1e3 * damageError,
              samples: results.allocation.samples[name],
            })),
          ),
          {
            kind: 'table',
            caption:
              'By damage for its price. Damage: loss that the noise of single samples in this layer adds; one layer perturbed at a time, on held-out training images.',
            columns: LAYER_HEADER,
            rows: layerRows(results),
          },
        ],
      },
      { id: 'reproduce', title: 'Reproduce', blocks: [{ kind: 'code', text: command }] },
    ],
    footer: `Spinbar ${VERSION}${frontier.length === 0 ? ', frontier not scored' : ''}`,
  };
}

function answer({ frontier, allocation, metric }: AllocationResults): string {
  const samples = Object.values(allocation.samples);
  const range = `Layers get ${Math.min(...samples)} to ${Math.max(...samples)} samples under the ${metric} budget.`;
  const gains = frontier.flatMap((point) => (point.gain ? [{ ...point, gain: point.gain }] : []));
  if (gains.length === 0) return range;
  const best = gains.reduce((a, b) => (b.gain.mean > a.gain.mean ? b : a));
  const [mean, width] = [100 * best.gain.mean, 196 * best.gain.error];
  const told = Math.abs(mean) > width ? '' : ' (not significant)';
  return `${range} At the price of T = ${best.uniform} everywhere, allocated samples classify **${mean.toFixed(2)} +- ${width.toFixed(2)} points** more of the test images${told}.`;
}

const COSTS = [
  ['energy', 'energy an image (uJ)', 1e6],
  ['latency', 'latency (us)', 1e6],
  ['edp', 'energy-delay product (pJ us)', 1e18],
] as const;

const frontierFigures = ({ frontier }: AllocationResults): ReportFigure[] =>
  frontier.length < 2
    ? []
    : COSTS.map(([metric, title, scale]) =>
        paretoFigure(
          frontier.map(({ kind, uniform, headline, mean, interval }) => ({
            name: kind === 'uniform' ? `T=${uniform}` : `as T=${uniform}`,
            series: kind,
            cost: scale * headline[metric],
            value: 100 * mean,
            interval: [100 * interval[0], 100 * interval[1]] as const,
          })),
          {
            cost: title,
            value: 'accuracy (%)',
            caption: `Accuracy on the test set against ${title}, uniform and allocated samples; bars are the widest 95 % Wilson bounds of any seed.`,
          },
        ),
      );
