import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseCurve, type SwitchingCurve } from '../../calibration/index.js';
import { invalidInput, SpinbarError, type Diagnostic } from '../../errors/index.js';
import { readPyTorch, readSafetensors } from '../../formats/index.js';
import {
  builtInNames,
  builtInNetwork,
  converterOfDocument,
  foldBatchNorms,
  graphDocumentSchema,
  graphOfDocument,
  importOnnx,
  inferShapes,
  mappingOfDocument,
  type Converter,
  type Graph,
  type GraphNode,
  type Mapping,
  type MappingDocument,
  type NetworkOptions,
  type Weights,
} from '../../network/index.js';
import { mappingWithGains } from '../../training/index.js';
import { parseDocument } from '../../units/index.js';
import { MODEL_FILE, type StochasticModel, type TrainedModel } from '../model.js';
import { readBytes, readText } from '../node/files.js';
import { readModel } from '../node/model-folder.js';
import { applyOverrides, type Override } from '../overrides.js';
import { scoreSchema, type ScoreFile } from './score-schema.js';

/** A network file with the network that it means. Paths are relative to the file. */
export function loadScoreFile(
  path: string,
  overrides: readonly Override[],
): {
  readonly document: ScoreFile;
  readonly network: LoadedNetwork;
  /** Values of the file that `--set` replaced. */
  readonly changes: readonly Diagnostic[];
} {
  let changes: readonly Diagnostic[] = [];
  const document = parseDocument(scoreSchema, readText(path, 'the network file'), path, {
    override: (data) => {
      const overridden = applyOverrides(data, overrides, path);
      changes = overridden.changes;
      return overridden.data;
    },
  });
  const network = loadNetwork(document, (name) => resolve(dirname(path), name));
  return { document, network, changes };
}

export type LoadedNetwork = Omit<NetworkOptions, 'tiles' | 'seed' | 'overrides'> & {
  /** The twin trained in floating point, where one is named. */
  readonly float?: Pick<NetworkOptions, 'graph' | 'weights'> | undefined;
};

/** Graph, weights, mapping and converter that a document means. */
function loadNetwork(document: ScoreFile, at: (relative: string) => string): LoadedNetwork {
  const { graph, weights, stochastic } = loadWeights(document, at);
  checkWeights(graph, weights, at(document.weights));
  const normalised = {
    ...graph,
    nodes: withActivations(graph, document.activations, at(document.weights)),
    ...(document.normalisation ? { normalisation: document.normalisation } : {}),
  };
  const { converter } = document;
  const curves = new Map<string, SwitchingCurve>();
  if (converter && 'curve' in converter) {
    const file = at(converter.curve);
    curves.set(converter.curve, parseCurve(readText(file, 'the switching curve'), file));
  }
  const conversion = converter && converterOfDocument(converter, curves);
  const mapping = stochastic
    ? trainedMapping(stochastic, document.mapping ?? {}, conversion)
    : document.mapping && mappingOfDocument(document.mapping);
  const plain = { graph: normalised, weights, mapping, converter: conversion };
  const folded = mapping
    ? foldBatchNorms({ ...plain, mapping, converter: conversion ?? { kind: 'ideal' } })
    : {};
  return { ...plain, ...folded, float: floatTwin(document, normalised, at) };
}

/** The network that `float` names, on the pixels of the file's own. */
function floatTwin(
  { float }: ScoreFile,
  { normalisation }: Graph,
  at: (relative: string) => string,
): LoadedNetwork['float'] {
  if (!float) return undefined;
  const { graph, weights } = loadWeights({ ...float, rename: [] }, at);
  checkWeights(graph, weights, at(float.weights));
  return {
    graph: normalisation && !graph.normalisation ? { ...graph, normalisation } : graph,
    weights,
  };
}

/**
 * The mapping a model was trained with, changed where the file says so (`mappingOfDocument`). Its gains are those
 * of this converter where it has a curve, unless the file gives gains or a preset of its own.
 */
function trainedMapping(
  { mapping: trained, gainsInWidths }: StochasticModel,
  asked: MappingDocument,
  converter?: Converter,
): Mapping {
  const mapping = mappingOfDocument(asked, trained);
  if (asked.preset !== undefined || asked.gain !== undefined) return mapping;
  if (!converter || !('curve' in converter)) return mapping;
  const learned = Object.entries(gainsInWidths).filter(
    ([layer]) => asked.layers?.[layer]?.gain === undefined,
  );
  return mappingWithGains({ mapping, converter }, Object.fromEntries(learned));
}

/** The nodes with some activations changed. Throws where a name is no activation. */
function withActivations(
  { nodes }: Graph,
  activations: ScoreFile['activations'],
  file: string,
): Graph['nodes'] {
  const known = nodes.filter(({ op }) => ACTIVATIONS.has(op)).map(({ name }) => name);
  const foreign = Object.keys(activations).filter((name) => !known.includes(name));
  if (foreign.length > 0)
    throw invalidInput(
      foreign.map((name) => ({
        code: 'experiment.unknown-activation',
        what: `the graph has no activation "${name}"`,
        where: { file, keyPath: `activations.${name}` },
        mend: `activations are: ${known.join(', ')}`,
      })),
    );
  return nodes.map((node): GraphNode => {
    const op = Object.hasOwn(activations, node.name) ? activations[node.name] : undefined;
    return op === undefined
      ? node
      : { name: node.name, op, inputs: node.inputs, attributes: {}, weights: {} };
  });
}

const ACTIVATIONS: ReadonlySet<string> = new Set([
  'relu',
  'hardtanh',
  'clip',
  'tanh',
  'sigmoid',
  'identity',
]);

/** Weights of a file, or of a folder that `spinbar train` wrote, which also knows its mapping. */
function loadWeights(
  { graph: name, weights, rename }: Pick<ScoreFile, 'graph' | 'weights' | 'rename'>,
  at: (relative: string) => string,
): TrainedModel {
  const file = at(weights);
  if (existsSync(join(file, MODEL_FILE))) return readModel(file, 'the trained model');
  const bytes = new Uint8Array(readBytes(file, 'the weights file'));
  if (file.endsWith('.onnx')) return importOnnx(bytes, file);
  if (name === undefined)
    throw invalidInput({
      code: 'experiment.missing-graph',
      what: 'the weights have no graph of their own',
      where: { file },
      mend: `name a built-in network under \`graph\` (${builtInNames.join(', ')}), or a .yaml file of nodes`,
    });
  const read = file.endsWith('.safetensors')
    ? readSafetensors(bytes, file).tensors
    : readPyTorch(bytes, file);
  const renamed = renamedTensors(read, rename);
  return { graph: graphCalled(name, renamed, at), weights: renamed };
}

/** A graph file's graph, or a built-in one. */
function graphCalled(name: string, weights: Weights, at: (relative: string) => string): Graph {
  if (!/\.(ya?ml|json)$/.test(name)) return builtInNetwork(name).graph;
  const file = at(name);
  return graphOfDocument(
    parseDocument(graphDocumentSchema, readText(file, 'the graph'), file),
    weights,
  );
}

/** DataParallel's `module.` goes first, then the user's own rules. */
function renamedTensors(tensors: Weights, rules: ScoreFile['rename']): Weights {
  const names = [...tensors.keys()];
  const wrapped = names.length > 0 && names.every((name) => name.startsWith('module.'));
  const renamed = (name: string): string =>
    rules.reduce(
      (current, { from, to }) => current.replace(new RegExp(from, 'u'), to),
      wrapped ? name.slice('module.'.length) : name,
    );
  return new Map([...tensors].map(([name, value]) => [renamed(name), value]));
}

/** Fits graph and weights; what does not is reported with the names that the file has left over. */
function checkWeights(graph: Graph, weights: Weights, file: string): void {
  try {
    inferShapes(graph, weights);
  } catch (error) {
    if (!(error instanceof SpinbarError)) throw error;
    const used = new Set(
      graph.nodes.flatMap((node) => Object.values(node.weights as Record<string, string>)),
    );
    const left = [...weights.keys()].filter(
      (name) => !used.has(name) && !name.endsWith('num_batches_tracked'),
    );
    const shown = left.slice(0, 12).join(', ');
    throw invalidInput(
      error.diagnostics.map((finding) => ({
        ...finding,
        where: { file },
        mend:
          left.length === 0
            ? `every tensor of the file is used: is \`graph: ${graph.name}\` the right network?`
            : `tensors that nothing uses: ${shown}${left.length > 12 ? ` and ${left.length - 12} more` : ''}; \`rename\` can change their names`,
      })),
    );
  }
}
