import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../errors/index.js';
import { parseDevice, type Device } from '../../magnetics/index.js';
import { parseDocument } from '../../units/index.js';
import { applyOverrides, type Override } from '../overrides.js';
import { experimentSchema, type Experiment } from '../schema.js';
import { readBytes, readText, sha256 } from './files.js';
import { VERSION } from './version.js';

/** One file a run depends on. */
export interface InputFile {
  /** What it is: `experiment`, `device`, `netlist` ... */
  readonly role: string;
  readonly path: string;
  readonly sha256: string;
}

/** An experiment with the files it names, read and validated. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly path: string;
  readonly device: Device;
  readonly protocolText: string;
  readonly netlistText: string;
  readonly inputs: readonly InputFile[];
  /** Values that `--set` replaced. */
  readonly changes: readonly Diagnostic[];
  /** Hash of all inputs, overrides and the version: what results depend on besides the seed. */
  readonly inputHash: string;
  /** Resolves a path that the experiment file names. */
  readonly resolvePath: (relative: string) => string;
}

/**
 * Reads an experiment file and everything it names. Overrides of `mtj.*` go to the device file,
 * of `protocol.*` to the protocol file, all others to the experiment file itself.
 */
export function loadExperiment(path: string, overrides: readonly Override[]): LoadedExperiment {
  const inputs: InputFile[] = [];
  const changes: Diagnostic[] = [];
  const resolvePath = (relative: string): string => resolve(dirname(path), relative);
  const text = (role: string, file: string): string => {
    const content = readText(file, `the ${role} file`);
    inputs.push({ role, path: file, sha256: sha256(content) });
    return content;
  };
  const override =
    (file: string, belongs: (override: Override) => boolean) =>
    (data: unknown): unknown => {
      const result = applyOverrides(data, overrides.filter(belongs), file);
      changes.push(...result.changes);
      return result.data;
    };

  const experiment = parseDocument(experimentSchema, text('experiment', path), path, {
    override: override(path, (one) => !isDevice(one) && !isProtocol(one)),
  });
  const devicePath = resolvePath(experiment.device);
  const device = parseDevice(text('device', devicePath), devicePath, {
    override: override(devicePath, isDevice),
  });
  const protocolText = text('protocol', resolvePath(experiment.protocol));
  const netlistText = text('netlist', resolvePath(experiment.netlist));
  for (const role of ['float', 'stochastic'] as const) {
    const file = resolvePath(experiment.model[role]);
    inputs.push({
      role: `${role} weights`,
      path: file,
      sha256: sha256(readBytes(file, `the ${role} weights`)),
    });
  }
  const inputHash = sha256(
    JSON.stringify([
      VERSION,
      inputs.map((input) => input.sha256),
      overrides.map((one) => one.text),
    ]),
  );
  return {
    experiment,
    path,
    device,
    protocolText,
    netlistText,
    inputs,
    changes,
    inputHash,
    resolvePath,
  };
}

const isDevice = ({ path }: Override): boolean => path[0] === 'mtj';
const isProtocol = ({ path }: Override): boolean => path[0] === 'protocol' && path.length > 1;
