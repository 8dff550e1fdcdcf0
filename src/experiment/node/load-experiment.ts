import { dirname, relative, resolve } from 'node:path';
import { parseProtocol, type Protocol } from '../../calibration/index.js';
import type { Diagnostic } from '../../errors/index.js';
import { parseDevice, type Device } from '../../magnetics/index.js';
import { parseDocument } from '../../units/index.js';
import { applyOverrides, overrideInputs, type Override } from '../overrides.js';
import { experimentSchema, type Experiment } from '../schema.js';
import { withTrainingRecipe } from '../training-recipe.js';
import { readText, sha256 } from './files.js';
import type { Inputs } from './output-folder.js';

/** One file a run depends on. */
export interface InputFile {
  /** What it is: `experiment`, `device`, `netlist` ... */
  readonly role: string;
  readonly path: string;
  readonly sha256: string;
}

/** An experiment with the texts it names, read and validated. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly path: string;
  readonly device: Device;
  readonly protocol: Protocol;
  readonly netlist: { readonly path: string; readonly text: string };
  readonly inputs: readonly InputFile[];
  readonly overrides: readonly Override[];
  /** Values that `--set` replaced. */
  readonly changes: readonly Diagnostic[];
  /** Resolves a path that the experiment file names. */
  readonly resolvePath: (name: string) => string;
}

/**
 * Reads an experiment file and the texts it names. Overrides of `mtj.*` go to the device file, of
 * `protocol.*` to the protocol file, all others to the experiment file itself.
 */
export function loadExperiment(path: string, overrides: readonly Override[]): LoadedExperiment {
  const inputs: InputFile[] = [];
  const changes: Diagnostic[] = [];
  const resolvePath = (name: string): string => resolve(dirname(path), name);
  const read = (role: string, file: string): string => {
    const text = readText(file, `the ${role} file`);
    inputs.push({ role, path: relative(process.cwd(), file), sha256: sha256(text) });
    return text;
  };
  const override =
    (file: string, own: readonly Override[]) =>
    (data: unknown): unknown => {
      const result = applyOverrides(data, own, file);
      changes.push(...result.changes);
      return result.data;
    };
  const forDevice = overrides.filter(({ path: keys }) => keys[0] === 'mtj');
  const forProtocol = overrides.filter(isProtocol);
  const others = overrides.filter((one) => !forDevice.includes(one) && !isProtocol(one));

  const overridden = override(path, others);
  const experiment = parseDocument(experimentSchema, read('experiment', path), path, {
    override: (data) => withTrainingRecipe(overridden(data)),
  });
  const devicePath = resolvePath(experiment.device);
  const device = parseDevice(read('device', devicePath), devicePath, {
    override: override(devicePath, forDevice),
  });
  const protocolPath = resolvePath(experiment.protocol);
  const inProtocol = forProtocol.map((one) => ({ ...one, path: one.path.slice(1) }));
  const protocol = parseProtocol(read('protocol', protocolPath), protocolPath, {
    override: override(protocolPath, inProtocol),
  });
  const netlistPath = resolvePath(experiment.netlist);
  const netlist = { path: netlistPath, text: read('netlist', netlistPath) };
  return {
    experiment,
    path,
    device,
    protocol,
    netlist,
    inputs,
    overrides,
    changes,
    resolvePath,
  };
}

const isProtocol = ({ path }: Override): boolean => path[0] === 'protocol' && path.length > 1;

/** What an output folder's results depend on: files by their role, whatever their names, and overrides. */
export function folderInputs(files: readonly InputFile[], overrides: readonly Override[]): Inputs {
  const named: Record<string, string[]> = {};
  for (const { role, sha256 } of files) (named[`${role} file`] ??= []).push(sha256);
  return { ...named, ...overrideInputs(overrides) };
}
