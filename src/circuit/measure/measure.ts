import type { Behaviour, MeasureDescription, MeasureEvent } from '../../netlist/index.js';
import type { AnalysisResult, MeasureResult } from '../result.js';
import {
  ascending,
  crossings,
  integral,
  interpolate,
  samplesWithin,
  slopeAt,
  squaredIntegral,
  windowOf,
  type Curve,
} from './curve.js';
import { probe, type ProbeContext } from './probe.js';

/** Either a number or the reason why there is none. */
type Outcome = number | { readonly failure: string };

const fail = (failure: string): Outcome => ({ failure });

/** Evaluates one `.measure` on the result of its analysis. */
export function measure(
  description: MeasureDescription,
  analysis: AnalysisResult,
  context: ProbeContext,
): MeasureResult {
  const outcome = evaluate(description, analysis, context);
  const named = { name: description.name, ...(analysis.step ? { step: analysis.step } : {}) };
  if (typeof outcome !== 'number') return { ...named, value: undefined, failure: outcome.failure };
  return Number.isFinite(outcome)
    ? { ...named, value: outcome }
    : { ...named, value: undefined, failure: 'the result is not a finite number' };
}

function evaluate(
  { task, from, to, settings }: MeasureDescription,
  analysis: AnalysisResult,
  context: ProbeContext,
): Outcome {
  const axis = analysis.sweep?.values ?? new Float64Array(analysis.values.shape[0]);
  const curveOf = (behaviour: Behaviour): Curve =>
    ascending({ x: axis, y: probe(behaviour, analysis, context) });
  // A falling dc sweep may be written with from > to.
  const low = Math.min(from ?? -Infinity, to ?? Infinity);
  const high = Math.max(from ?? -Infinity, to ?? Infinity);
  const event = (described: MeasureEvent): Outcome => eventTime(described, curveOf, low, high);

  switch (task.kind) {
    case 'parameter':
      return probe(task.expression, analysis, context)[0] ?? NaN;
    case 'trigger-target': {
      const trigger = event(task.trigger);
      const target = event(task.target);
      if (typeof trigger !== 'number') return fail('the trigger did not occur');
      if (typeof target !== 'number') return fail('the target did not occur');
      return target - trigger;
    }
    case 'when':
      return event(task.event);
    case 'find':
    case 'derivative': {
      const at = event(task.event);
      if (typeof at !== 'number') return at;
      const curve = curveOf(task.expression);
      const value = task.kind === 'find' ? interpolate(curve, at) : slopeAt(curve, at);
      return value ?? fail(`${at} lies outside the analysis`);
    }
    case 'statistic':
      return statistic(task.statistic, curveOf(task.expression), {
        low,
        high,
        continuous: analysis.kind === 'tran',
        abscissa: settings.output === 'sv',
      });
  }
}

function eventTime(
  event: MeasureEvent,
  curveOf: (behaviour: Behaviour) => Curve,
  low: number,
  high: number,
): Outcome {
  if (event.kind === 'at') return event.at;
  const left = curveOf(event.left);
  const right = curveOf(event.right);
  const difference = { x: left.x, y: left.y.map((value, k) => value - right.y[k]) };
  const times = crossings(difference, event.edge).filter(
    (time) => time >= event.delay && time >= low && time <= high,
  );
  const found = event.count === 'last' ? times.at(-1) : times[event.count - 1];
  return (
    found ??
    fail(
      times.length === 0
        ? 'the crossing did not occur'
        : `only ${times.length} of ${event.count} crossings occurred`,
    )
  );
}

type Statistic = Extract<MeasureDescription['task'], { kind: 'statistic' }>['statistic'];

interface Window {
  readonly low: number;
  readonly high: number;
  /** The curve has values between its points; else extremes are those of points, as in ngspice. */
  readonly continuous: boolean;
  /** Extremes are given by their abscissa. */
  readonly abscissa: boolean;
}

function statistic(
  kind: Statistic,
  whole: Curve,
  { low, high, continuous, abscissa }: Window,
): Outcome {
  const curve = windowOf(whole, low, high);
  const samples = continuous ? curve : samplesWithin(whole, low, high);
  const { x } = curve;
  if (x.length === 0) return fail('the analysis has no point between from and to');
  const span = x[x.length - 1] - x[0];
  if (kind === 'integ') return integral(curve);
  if (kind === 'avg' || kind === 'rms') {
    if (span === 0) return fail('the window has no width');
    return kind === 'avg' ? integral(curve) / span : Math.sqrt(squaredIntegral(curve) / span);
  }
  return extreme(kind, samples.x.length > 0 ? samples : curve, abscissa);
}

function extreme(
  kind: Exclude<Statistic, 'integ' | 'avg' | 'rms'>,
  { x, y }: Curve,
  abscissa: boolean,
): number {
  let least = 0;
  let most = 0;
  for (let k = 1; k < y.length; k++) {
    if (y[k] < y[least]) least = k;
    if (y[k] > y[most]) most = k;
  }
  if (kind === 'pp') return y[most] - y[least];
  if (kind === 'min') return abscissa ? x[least] : y[least];
  if (kind === 'max') return abscissa ? x[most] : y[most];
  return kind === 'min-at' ? x[least] : x[most];
}
