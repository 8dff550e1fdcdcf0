import type { SpinbarError } from '../../errors/index.js';
import type { SimulationSettings } from '../settings.js';
import { convergenceFailure, singularFailure } from './failures.js';
import { newton, type NewtonOutcome, type NewtonProblem, type Solution } from './newton.js';

export interface OperatingPointOptions {
  readonly settings: SimulationSettings;
  /** Nodes held during the whole solution (`.ic`). */
  readonly forced?: NewtonProblem['forced'];
  /** Nodes held during the first iterations only (`.nodeset`). */
  readonly nodesets?: NewtonProblem['forced'];
}

interface Attempt {
  readonly solution: Solution;
  readonly base: NewtonProblem;
  readonly settings: SimulationSettings;
}

/**
 * Iterations of an attempt of gmin stepping: one that succeeds takes about ten, and after one that fails a
 * smaller step does.
 */
const GMIN_ITERATIONS = 25;

/** What was tried, in words, and how it went. */
export interface Strategy {
  readonly name: string;
  readonly outcome: NewtonOutcome;
}

/**
 * Operating point from `evaluation.x` (a good start, or zeros): Newton directly, then gmin
 * stepping, source stepping and pseudo-transient continuation. Leaves x at the solution.
 * @throws SpinbarError naming the cause when all of them fail.
 */
export function solveOperatingPoint(
  solution: Solution,
  { settings, forced = [], nodesets = [] }: OperatingPointOptions,
): Strategy {
  const { evaluation } = solution;
  const base: NewtonProblem = {
    forced,
    maximumIterations: settings.operatingPointIterations,
    tolerances: settings.tolerances,
    polish: true,
  };
  const attempt: Attempt = { solution, base, settings };
  evaluation.dc = true;
  evaluation.sourceScale = 1;
  evaluation.junctionConductance = settings.gmin;
  if (nodesets.length > 0) {
    newton(solution, { ...base, forced: [...forced, ...nodesets], polish: false });
  }
  const start = evaluation.x.slice();
  const tried: Strategy[] = [];
  for (const [name, method] of METHODS) {
    if (tried.length > 0) {
      evaluation.x.set(start);
      for (const group of solution.system.groups) group.reset?.();
      evaluation.fresh = true;
    }
    const outcome = method(attempt);
    tried.push({ name, outcome });
    evaluation.sourceScale = 1;
    evaluation.junctionConductance = settings.gmin;
    if (outcome.converged) return { name, outcome };
    if (solution.system.linear) break;
  }
  throw failure(solution, tried);
}

function failure(solution: Solution, tried: readonly Strategy[]): SpinbarError {
  const singular = tried.find(({ outcome }) => outcome.singular !== undefined);
  return singular && tried.every(({ outcome }) => outcome.singular !== undefined)
    ? singularFailure(solution.system, singular.outcome.singular!)
    : convergenceFailure(solution, tried);
}

const METHODS: readonly (readonly [string, (attempt: Attempt) => NewtonOutcome])[] = [
  // Chains of amplifiers settle one after the other, each by full steps: halving them goes in circles.
  ['Newton', ({ solution, base }) => newton(solution, { ...base, calmAfter: Infinity })],
  ['gmin stepping', gminStepping],
  ['source stepping', sourceStepping],
  ['pseudo-transient', pseudoTransient],
];

/** A shunt from every node to ground, lowered from 10 mS to nothing; the factor adapts. */
function gminStepping({ solution, base, settings }: Attempt): NewtonOutcome {
  const { evaluation } = solution;
  const good = evaluation.x.slice();
  let factor = 10;
  let shunt = 1e-2;
  const attempt: NewtonProblem = {
    ...base,
    maximumIterations: Math.min(base.maximumIterations, GMIN_ITERATIONS),
    calmAfter: Infinity,
    polish: false,
  };
  let outcome = newton(solution, { ...base, shunt, polish: false });
  if (!outcome.converged) return outcome;
  good.set(evaluation.x);
  for (let n = 0; n < 200 && shunt > settings.gmin; n++) {
    const next = Math.max(shunt / factor, settings.gmin);
    outcome = newton(solution, { ...attempt, shunt: next });
    if (outcome.converged) {
      shunt = next;
      good.set(evaluation.x);
      if (outcome.iterations <= base.maximumIterations / 4) factor = Math.min(factor ** 1.5, 100);
    } else {
      evaluation.x.set(good);
      factor = Math.sqrt(factor);
      if (factor < 1.0005) return outcome;
    }
  }
  return newton(solution, base);
}

/** All independent sources raised together from nothing. */
function sourceStepping({ solution, base }: Attempt): NewtonOutcome {
  const { evaluation } = solution;
  evaluation.x.fill(0);
  const good = evaluation.x.slice();
  let scale = 0;
  let step = 0.05;
  let outcome: NewtonOutcome = { converged: true, iterations: 0, worst: 0 };
  evaluation.sourceScale = 0;
  outcome = newton(solution, { ...base, polish: false });
  if (!outcome.converged) return outcome;
  good.set(evaluation.x);
  for (let attempt = 0; attempt < 400 && scale < 1; attempt++) {
    evaluation.sourceScale = Math.min(1, scale + step);
    outcome = newton(solution, { ...base, polish: false });
    if (outcome.converged) {
      scale = evaluation.sourceScale;
      good.set(evaluation.x);
      if (outcome.iterations <= base.maximumIterations / 4) step *= 1.7;
    } else {
      evaluation.x.set(good);
      step /= 4;
      if (step < 1e-8) return outcome;
    }
  }
  return newton(solution, base);
}

/**
 * Every node gets a capacitor of 1 F to ground and the circuit is followed by backward Euler until
 * it rests; the residual of the last step is no part of the answer, which is polished without it.
 */
export function pseudoTransient({
  solution,
  base,
}: Pick<Attempt, 'solution' | 'base'>): NewtonOutcome {
  const { evaluation } = solution;
  const previous = evaluation.x.slice();
  let conductance = 1;
  let outcome: NewtonOutcome = { converged: false, iterations: 0, worst: 0 };
  for (let attempt = 0; attempt < 600; attempt++) {
    outcome = newton(solution, {
      ...base,
      shunt: conductance,
      shuntTarget: previous,
      maximumIterations: 30,
      polish: false,
    });
    if (outcome.converged) {
      previous.set(evaluation.x);
      conductance /= outcome.iterations < 8 ? 4 : 1.5;
      if (conductance < 1e-13) return newton(solution, base);
    } else {
      evaluation.x.set(previous);
      conductance *= 8;
      if (conductance > 1e9) return outcome;
    }
  }
  return outcome;
}
