import { textTable } from '../text-table.js';
import type { AllocationResults } from './allocate-experiment.js';

const percent = (fraction: number, digits = 2): string => (100 * fraction).toFixed(digits);

export const LAYER_HEADER = [
  'layer',
  'T',
  'damage (mnat)',
  'standard error',
  'accuracy change (%)',
  'z to next',
  'repeats',
] as const;

/** Layers in the order of damage for its price. */
export const layerRows = ({ sensitivity, allocation }: AllocationResults): string[][] =>
  sensitivity.layers.map(({ name, damage, damageError, accuracyChange, step, repeats }) => [
    name,
    String(allocation.samples[name]),
    (1e3 * damage).toFixed(2),
    (1e3 * damageError).toFixed(2),
    percent(accuracyChange),
    Number.isFinite(step) ? step.toFixed(1) : '',
    String(repeats),
  ]);

export const FRONTIER_HEADER = [
  'budget',
  'samples',
  'accuracy %',
  'sd',
  'energy uJ',
  'latency us',
  'area mm2',
  'EDP pJ us',
  'gain over uniform %',
] as const;

export const frontierRows = ({ frontier }: AllocationResults): string[][] =>
  frontier.map(({ kind, uniform, mean, spread, seeds, headline, gain }) => [
    `T=${uniform}`,
    kind,
    percent(mean),
    seeds > 1 ? percent(spread) : '',
    (headline.energy * 1e6).toPrecision(4),
    (headline.latency * 1e6).toPrecision(4),
    (headline.area * 1e6).toPrecision(4),
    (headline.edp * 1e18).toPrecision(4),
    gain ? `${percent(gain.mean)} +- ${percent(1.96 * gain.error)}` : '',
  ]);

/** What `spinbar allocate` prints. */
export function allocationText(results: AllocationResults): string {
  const { sensitivity, metric, budget, headline, file } = results;
  const told = sensitivity.significant
    ? `every step of the ranking is significant (z of ${sensitivity.z.toFixed(2)}, jointly 5 %)`
    : `steps with z below ${sensitivity.z.toFixed(2)} are not told apart (jointly 5 %)`;
  return [
    `${results.subject}: ${sensitivity.images} held-out training images, up to ${sensitivity.repeats} repeats; ${told}`,
    '',
    textTable(LAYER_HEADER, layerRows(results)),
    '',
    ...(results.allocation.slices
      ? [
          `factors on T: slices ${results.allocation.slices.join(' ')}, streams ${(results.allocation.streams ?? []).join(' ')} (least significant first)`,
        ]
      : []),
    `${metric} ${headline[metric].toExponential(4)} of a budget of ${budget.toExponential(4)} (SI units): ${file}`,
    ...(results.frontier.length > 0 ? ['', textTable(FRONTIER_HEADER, frontierRows(results))] : []),
  ].join('\n');
}
