import { invalidInput, type Diagnostic } from '../../errors/index.js';
import {
  curveCoverage,
  staggerOf,
  type Converter,
  type LayerProfile,
} from '../../network/index.js';

/** Share of conversions that may leave the curve. */
const TOLERATED = 0.01;

export interface CoverageOptions {
  readonly file: string;
  /** Go on although over 1 % of the conversions leave the curve. */
  readonly allow: boolean;
  readonly report: (diagnostic: Diagnostic) => void;
}

/**
 * Compares the currents of profiled partial sums with the range in which the converter's curve was measured.
 * Warns of layers that leave it; throws invalidInput where one does in over 1 % of its conversions.
 */
export function checkCoverage(
  profiles: readonly LayerProfile[],
  converter: Converter,
  { file, allow, report }: CoverageOptions,
): void {
  if (!('curve' in converter)) return;
  const { curve } = converter;
  const left = curveCoverage(profiles, converter).filter(({ outside }) => outside > 0);
  if (left.length === 0) return;
  const worst = left.reduce((a, b) => (b.outside > a.outside ? b : a));
  const stagger = staggerOf(converter, { layer: worst.layer })?.at(-1);
  const micro = (current: number): string => `${(current * 1e6).toPrecision(3)} uA`;
  const finding = {
    code: 'experiment.outside-curve',
    what: `${(100 * worst.outside).toPrecision(2)} % of the conversions of ${worst.layer} lie outside the curve ${curve.name} (${left.length} layers leave it)`,
    where: { file, keyPath: 'converter.curve' },
    why: `its currents run from ${worst.currentsAmpere.map(micro).join(' to ')}${stagger ? `, staggered samples add up to ${micro(stagger)} of either sign` : ''}, the curve was measured from ${curve.currentRangeAmpere.map(micro).join(' to ')}`,
    mend: 'calibrate over a wider range, lower the gain, or say `allowOutside: true`',
  };
  if (worst.outside > TOLERATED && !allow) throw invalidInput(finding);
  report({ severity: 'warning', ...finding });
}
