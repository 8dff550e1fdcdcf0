import { dirname, resolve } from 'node:path';
import { parseCurve, type SwitchingCurve } from '../../calibration/index.js';
import { invalidInput } from '../../errors/index.js';
import { readPyTorch, readSafetensors } from '../../formats/index.js';
import {
  accuracyOf,
  builtInNetwork,
  converterOfDocument,
  importOnnx,
  mappingOfDocument,
  mappingReport,
  mergeScores,
  solveTiles,
  type Graph,
  type NetworkOptions,
  type ScoreInput,
  type ScoreResult,
  type Weights,
} from '../../network/index.js';
import type { Executor } from '../../parallel/executor.js';
import { parseDocument } from '../../units/index.js';
import { readDataset } from '../node/datasets.js';
import { readBytes, readText } from '../node/files.js';
import { applyOverrides, type Override } from '../overrides.js';
import type { Progress } from '../progress.js';
import { scoreSchema, type ScoreFile } from './score-schema.js';

export interface ScoreFileOptions {
  readonly executor: Executor;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly overrides: readonly Override[];
}

/** One seed's accuracy. */
export interface ScoreRow {
  readonly converter: string;
  readonly seed: number;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly topFive: number;
  readonly images: number;
  readonly conversionsPerImage: number;
}

/** Images of one task; results do not depend on it. */
const STRETCH = 250;

/** A network file with the network that it means. Paths are relative to the file. */
export function loadScoreFile(
  path: string,
  overrides: readonly Override[],
): { readonly document: ScoreFile; readonly network: LoadedNetwork } {
  const document = parseDocument(scoreSchema, readText(path, 'the network file'), path, {
    override: (data) => applyOverrides(data, overrides, path).data,
  });
  return { document, network: loadNetwork(document, (name) => resolve(dirname(path), name)) };
}

type LoadedNetwork = Omit<NetworkOptions, 'tiles' | 'seed'>;

/** Scores a network file on every seed. */
export async function scoreFile(
  path: string,
  { executor, progress, signal, overrides }: ScoreFileOptions,
): Promise<readonly ScoreRow[]> {
  const at = (relative: string): string => resolve(dirname(path), relative);
  const { document, network } = loadScoreFile(path, overrides);
  const { mapping, converter = { kind: 'ideal' }, graph, weights } = network;
  const { set, folder, images } = document.data;
  const data = readDataset({ set, part: 'test', folder: folder && at(folder), images });
  if (data.shape.join() !== graph.inputShape.join())
    throw invalidInput({
      code: 'experiment.data-mismatch',
      what: `${set} has images of (${data.shape.join(', ')}), ${graph.name} takes (${graph.inputShape.join(', ')})`,
      where: { file: path, keyPath: 'data.set' },
    });
  const tiles =
    mapping && document.wires
      ? await solveTiles(
          { graph, weights, mapping, converter, wires: document.wires },
          { executor },
        )
      : undefined;
  const report = mapping && mappingReport(graph, weights, mapping, converter);
  const count = data.labels.length;
  const size = data.pixels.length / count;
  const rows: ScoreRow[] = [];
  for (const seed of document.seeds) {
    const inputs: ScoreInput[] = [];
    for (let start = 0; start < count; start += STRETCH) {
      const end = Math.min(count, start + STRETCH);
      inputs.push({
        ...network,
        seed,
        tiles,
        images: {
          pixels: data.pixels.slice(start * size, end * size),
          labels: data.labels.slice(start, end),
          first: data.first + start,
        },
      });
    }
    const task = progress.start(`${converter.kind} seed ${seed}`, count, 'images');
    let done = 0;
    const parts = await executor.map<ScoreInput, ScoreResult>('network.score', inputs, {
      signal,
      onResult: (part) => task.update((done += part.images)),
    });
    const merged = mergeScores(parts);
    task.finish();
    rows.push({
      converter: mapping ? converter.kind : 'float',
      seed,
      ...accuracyOf(merged),
      topFive: merged.topFive / merged.images,
      images: merged.images,
      conversionsPerImage: report?.conversionsPerImage ?? 0,
    });
  }
  return rows;
}

/** Graph, weights, mapping and converter that a document means. */
function loadNetwork(document: ScoreFile, at: (relative: string) => string): LoadedNetwork {
  const { graph, weights } = loadWeights(document, at);
  const normalised = document.normalisation
    ? { ...graph, normalisation: document.normalisation }
    : graph;
  const { mapping, converter } = document;
  const curves = new Map<string, SwitchingCurve>();
  if (converter && 'curve' in converter) {
    const file = at(converter.curve);
    curves.set(converter.curve, parseCurve(readText(file, 'the switching curve'), file));
  }
  return {
    graph: normalised,
    weights,
    mapping: mapping && mappingOfDocument(mapping),
    converter: converter && converterOfDocument(converter, curves),
  };
}

function loadWeights(
  { graph: name, weights }: ScoreFile,
  at: (relative: string) => string,
): { readonly graph: Graph; readonly weights: Weights } {
  const file = at(weights);
  const bytes = new Uint8Array(readBytes(file, 'the weights file'));
  if (file.endsWith('.onnx')) return importOnnx(bytes, file);
  if (name === undefined)
    throw invalidInput({
      code: 'experiment.missing-graph',
      what: 'the weights have no graph of their own',
      where: { file },
      mend: 'name a built-in network under `graph`, such as resnet20',
    });
  const read = file.endsWith('.safetensors')
    ? readSafetensors(bytes, file).tensors
    : readPyTorch(bytes, file);
  return { graph: builtInNetwork(name).graph, weights: read };
}
