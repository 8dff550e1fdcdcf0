import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Architecture } from '../../architecture/index.js';
import {
  calibrate,
  parseCurve,
  parseProtocol,
  type Protocol,
  type SwitchingCurve,
} from '../../calibration/index.js';
import { invalidInput, type Diagnostic } from '../../errors/index.js';
import { hashOf } from '../../formats/sha256.js';
import { parseDevice, type Device } from '../../magnetics/index.js';
import type { Converter, Graph, Mapping, Weights } from '../../network/index.js';
import type { Executor } from '../../parallel/executor.js';
import { readDataset, type Dataset } from '../node/datasets.js';
import { readText } from '../node/files.js';
import { kindOfFile } from '../node/kind-of-file.js';
import { loadExperiment } from '../node/load-experiment.js';
import { readModel } from '../node/model-folder.js';
import { resolveInclude } from '../node/resolve-include.js';
import type { AllocationOptions } from '../allocate/allocation-schema.js';
import type { Override } from '../overrides.js';
import { asTrained, effectiveMapping, withGains } from '../run/effective-mapping.js';
import { mtjOf } from '../run/mtj-of.js';
import { arrayFigures, solveNetlist } from '../run/netlist-stage.js';
import { loadScoreFile } from '../score/score-file.js';

/** A network on its arrays, ready to be priced: what either kind of experiment file describes. */
export interface CostSubject {
  readonly name: string;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly converter: Converter;
  readonly architecture: Architecture;
  /** The magnet and its protocol; absent where the converter is none. */
  readonly magnet?: { readonly device: Device; readonly protocol: Protocol };
  /** Images of the named part of the experiment's data set. */
  readonly data: (part: 'test' | 'train', images?: string) => Dataset;
}

/** A subject read from a file, with what else the file says. */
export interface FileSubject extends CostSubject {
  readonly allocation: AllocationOptions;
  readonly seeds: readonly number[];
  /** Part of the test set that is scored, `first:last`; absent: all of it. */
  readonly images?: string | undefined;
}

export interface SubjectOptions {
  readonly overrides: readonly Override[];
  readonly executor: () => Executor;
  readonly signal: AbortSignal;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Curves calibrated already, by device, protocol and precision: neighbouring points of a sweep share them. */
  readonly curves?: Map<string, SwitchingCurve>;
}

/** Reads an experiment file of either kind. Throws invalidInput (exit 3) as `run` does. */
export async function readSubject(path: string, options: SubjectOptions): Promise<FileSubject> {
  return kindOfFile(path) === 'network-score'
    ? subjectOfScore(path, options)
    : subjectOfRun(path, options);
}

function subjectOfScore(path: string, { overrides }: SubjectOptions): FileSubject {
  const { document, network } = loadScoreFile(path, overrides);
  const at = (name: string): string => resolve(dirname(path), name);
  const { architecture, allocation, data, seeds } = document;
  const { mapping, converter } = network;
  if (!mapping || !converter)
    throw invalidInput({
      code: 'cost.not-mapped',
      what: 'this network is not mapped to arrays',
      where: { file: path, keyPath: mapping ? 'converter' : 'mapping' },
      why: 'energy, latency and area belong to arrays and converters',
      mend: 'give the file `mapping` and `converter`',
    });
  return {
    name: path.replace(/^.*\/|\.ya?ml$/g, ''),
    graph: network.graph,
    weights: network.weights,
    mapping,
    converter,
    architecture,
    allocation,
    seeds,
    images: data.images,
    ...magnetOf(architecture, at),
    data: (part, images) =>
      readDataset({ set: data.set, part, folder: data.folder && at(data.folder), images }),
  };
}

/** The magnet that an architecture names, or nothing. */
export function magnetOf(
  { device, protocol }: Architecture,
  at: (name: string) => string,
): Pick<CostSubject, 'magnet'> {
  if (device === undefined || protocol === undefined) return {};
  return {
    magnet: {
      device: parseDevice(readText(at(device), 'the device file'), at(device)),
      protocol: parseProtocol(readText(at(protocol), 'the protocol file'), at(protocol)),
    },
  };
}

async function subjectOfRun(
  path: string,
  { overrides, executor, signal, report, curves = new Map() }: SubjectOptions,
): Promise<FileSubject> {
  const loaded = loadExperiment(path, overrides);
  loaded.changes.forEach(report);
  const { experiment, device, protocol, netlist, resolvePath } = loaded;
  const folder = resolvePath(experiment.model.stochastic);
  const model = readModel(folder, 'the stochastic model');
  if (!model.stochastic)
    throw invalidInput({
      code: 'experiment.not-stochastic',
      what: 'this model was not trained through stochastic partial sums',
      where: { file: folder },
      why: 'its model.json has no gains of its layers',
      mend: 'train one with `spinbar train`, or name its folder in model.stochastic',
    });
  const { found } = solveNetlist(netlist.text, netlist.path, resolveInclude);
  const key = hashOf([device.mtj, protocol, experiment.calibration, experiment.seed]);
  const curve =
    curves.get(key) ??
    storedCurve(`${path}.out`, path.replace(/\.ya?ml$/, '.out'), device, protocol) ??
    (await calibrate(device, protocol, {
      executor: executor(),
      signal,
      seed: experiment.seed,
      precision: experiment.calibration,
    }));
  curves.set(key, curve);
  const mapping = asTrained(effectiveMapping(experiment, arrayFigures(found)), model.stochastic);
  const { folder: dataFolder, ...data } = experiment.data;
  return {
    name: experiment.name,
    graph: model.graph,
    weights: model.weights,
    mapping: withGains(mapping, curve, model.stochastic),
    converter: mtjOf(experiment, curve, experiment.samples[0]),
    architecture: experiment.architecture,
    allocation: experiment.allocation,
    seeds: experiment.seeds,
    images: data.images,
    magnet: { device, protocol },
    data: (part, images) =>
      readDataset({ ...data, part, images, folder: dataFolder && resolvePath(dataFolder) }),
  };
}

/** The curve that an earlier run of the same device and protocol left, where there is one. */
function storedCurve(
  ...[long, short, device, protocol]: readonly [string, string, Device, Protocol]
): SwitchingCurve | undefined {
  for (const folder of [long, short]) {
    const file = `${folder}/curve.json`;
    if (!existsSync(file)) continue;
    const curve = parseCurve(readText(file, 'the switching curve'), file);
    if (curve.device.hash === hashOf(device.mtj) && curve.protocol.hash === hashOf(protocol))
      return curve;
  }
  return undefined;
}
