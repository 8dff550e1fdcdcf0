import { invalidInput, type SpinbarError } from '../errors/index.js';
import { locate, type SourceText } from './source-text.js';

/** What is wrong with a netlist, before its place is turned into file, line and column. */
export interface Problem {
  /** Kebab-case, without the `netlist.` in front. */
  readonly code: string;
  readonly what: string;
  /** Where, see `locate`. */
  readonly place: number;
  /** Number of characters to underline; default 1. */
  readonly length?: number;
  readonly why?: string;
  readonly mend?: string;
}

/** The error that a problem leads to. */
export const netlistError = (sources: readonly SourceText[], problem: Problem): SpinbarError =>
  invalidInput(finding(sources, problem));

/** The diagnostic of a problem, without severity. */
export function finding(
  sources: readonly SourceText[],
  { code, what, place, length = 1, why, mend }: Problem,
) {
  return {
    code: `netlist.${code}`,
    what,
    where: locate(sources, place, length),
    ...(why === undefined ? {} : { why }),
    ...(mend === undefined ? {} : { mend }),
  };
}
