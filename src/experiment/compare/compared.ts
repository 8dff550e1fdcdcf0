import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { costOfDesign, headlineOf } from '../../architecture/index.js';
import { invalidInput } from '../../errors/index.js';
import { designsOf } from '../cost/designs.js';
import type { StoredCost } from '../cost/row-costs.js';
import { readSubject, type SubjectOptions } from '../cost/subject.js';
import { meanSamples } from '../run/mean-samples.js';
import { converterLabel, type SeedSummary } from '../run/results.js';
import { readText } from '../node/files.js';

/** One design of a comparison: its price, and its accuracy where a run measured it. */
export interface ComparedDesign {
  readonly name: string;
  /** The argument it came from. */
  readonly from: string;
  readonly cost: StoredCost;
  readonly accuracy?: Pick<SeedSummary, 'mean' | 'spread' | 'interval' | 'seeds'>;
}

/**
 * The designs of one argument of `spinbar compare`: a folder that `spinbar run` wrote gives every priced row
 * with its accuracy, an experiment file its own design without one.
 */
export async function readDesigns(
  argument: string,
  options: SubjectOptions,
): Promise<readonly ComparedDesign[]> {
  if (existsSync(argument) && statSync(argument).isDirectory()) return designsOfRun(argument);
  const subject = await readSubject(argument, options);
  const { own } = designsOf(subject, argument);
  const report = costOfDesign(own);
  const headline = headlineOf(report);
  const samples = meanSamples(subject, subject.mapping, subject.converter);
  return [
    {
      name: `${subject.name} ${converterLabel({ converter: subject.converter.kind, samples })}`,
      from: argument,
      cost: {
        converter: subject.converter.kind,
        samples,
        energyJoule: headline.energy,
        latencySecond: headline.latency,
        areaSquareMetre: headline.area,
        energyDelayProduct: headline.edp,
        teraOperationsPerJoule: report.teraOperationsPerJoule,
        bottleneck: report.schedule.bottleneck,
      },
    },
  ];
}

function designsOfRun(folder: string): ComparedDesign[] {
  const file = join(folder, 'results.json');
  const { summary = [], costs = [] } = parsed(file);
  const name = basename(resolve(folder)).replace(/\.out$/, '');
  const designs = costs.map((cost): ComparedDesign => {
    const accuracy = summary.find(
      (row) => !row.wires && row.converter === cost.converter && row.samples === cost.samples,
    );
    return {
      name: `${name} ${converterLabel(cost)}`,
      from: folder,
      cost,
      ...(accuracy ? { accuracy } : {}),
    };
  });
  if (designs.length > 0) return designs;
  throw invalidInput({
    code: 'compare.no-costs',
    what: 'this run has no priced row',
    where: { file, keyPath: 'costs' },
    why: 'its converter has no price, or an older Spinbar wrote it',
    mend: 'run it again, or give the experiment file instead',
  });
}

interface StoredResults {
  readonly summary?: readonly SeedSummary[];
  readonly costs?: readonly StoredCost[];
}

function parsed(file: string): StoredResults {
  const text = readText(file, 'the results of the run');
  try {
    return JSON.parse(text) as StoredResults;
  } catch (error) {
    throw invalidInput({
      code: 'compare.invalid-results',
      what: 'this is not a results file that Spinbar wrote',
      where: { file },
      why: (error as Error).message,
      mend: 'run the experiment again with --force',
    });
  }
}
