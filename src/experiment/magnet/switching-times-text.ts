import type { SwitchingOptions, SwitchingProblem } from '../../calibration/index.js';
import { recommendedStep, switchingTimes } from '../../magnetics/index.js';
import { formatQuantity } from '../../units/index.js';
import { textTable } from '../text-table.js';

/** Switching times of an ensemble: when its trials first cross, and how many of them stay across. */
export interface SwitchingTimesSummary {
  readonly trials: number;
  readonly crossed: number;
  /** Of those that crossed: back at the end. */
  readonly returned: number;
  readonly meanSeconds: number;
  readonly deviationSeconds: number;
  readonly quantilesSeconds: readonly { readonly share: number; readonly seconds: number }[];
  readonly resolutionSeconds: number;
}

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** The distribution of the first crossing of a problem, by Monte Carlo. */
export function switchingTimesText(
  { spin, drive, well, towards }: SwitchingProblem,
  { trials = 4096, seed = 1 }: SwitchingOptions,
): { readonly summary: SwitchingTimesSummary; readonly text: string } {
  const { first, switched, resolutionSeconds } = switchingTimes(
    {
      ...{ spin, drive, trials, seed, currentIndex: 0 },
      start: { kind: 'equilibrium', well },
      stepSeconds: recommendedStep(spin, drive),
    },
    towards,
  );
  const times = first.filter((t) => !Number.isNaN(t)).sort();
  const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
  const variance = times.reduce((sum, t) => sum + (t - mean) ** 2, 0) / times.length;
  const summary: SwitchingTimesSummary = {
    trials,
    crossed: times.length,
    returned: times.length - switched.reduce((sum, v) => sum + v, 0),
    meanSeconds: mean,
    deviationSeconds: Math.sqrt(variance),
    quantilesSeconds: SHARES.map((share) => ({
      share,
      seconds: times[Math.min(times.length - 1, Math.floor(share * times.length))],
    })),
    resolutionSeconds,
  };
  if (times.length === 0)
    return { summary, text: `\nswitching times: none of ${trials} trials crossed` };
  const rows = summary.quantilesSeconds.map(({ share, seconds }) => [
    `${100 * share} %`,
    formatQuantity(seconds, 's'),
  ]);
  return {
    summary,
    text: [
      '',
      `switching times: ${times.length} of ${trials} trials crossed, ${summary.returned} of them back at the end`,
      `first crossing ${formatQuantity(mean, 's')} on average, standard deviation ${formatQuantity(summary.deviationSeconds, 's')}, seen every ${formatQuantity(resolutionSeconds, 's')}`,
      textTable(['share crossed', 'by'], rows),
    ].join('\n'),
  };
}
