import { usageError } from '../errors/index.js';
import { readQuantity, type DimensionName } from '../units/index.js';

/** The SI value of an option such as `--current "5 uA"`; exit code 2 where it is no such quantity. */
export function quantityOption(option: string, text: string, dimension: DimensionName): number {
  const value = readQuantity(text, dimension);
  if (typeof value === 'number') return value;
  throw usageError({
    code: 'cli.invalid-option',
    what: `invalid ${option}: ${text}`,
    why: value.why,
    ...(value.mend === undefined ? {} : { mend: value.mend }),
  });
}
