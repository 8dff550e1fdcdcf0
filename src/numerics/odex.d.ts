/** Our own declaration of `odex` 2.0.4 (its shipped .ts source does not pass strict checks). */
export enum Outcome {
  Converged = 0,
  MaxStepsExceeded = 1,
  EarlyReturn = 2,
}
export interface SolverResult {
  y: number[];
  outcome: Outcome;
  nStep: number;
  xEnd: number;
  nAccept: number;
  nReject: number;
  nEval: number;
}
export type Derivative = (x: number, y: number[]) => number[];
export type SolutionCallback = (
  n: number,
  xOld: number,
  x: number,
  y: number[],
  interpolate: (component: number, x: number) => number,
) => boolean | void;
export class Solver {
  constructor(dimension: number);
  absoluteTolerance: number | number[];
  relativeTolerance: number | number[];
  initialStepSize: number;
  maxStepSize: number;
  maxSteps: number;
  denseOutput: boolean;
  solve(
    derivative: Derivative,
    x0: number,
    y0: number[],
    xEnd: number,
    solution?: SolutionCallback,
  ): SolverResult;
}
