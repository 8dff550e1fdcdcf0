import { join, relative } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import { readSafetensors } from '../../formats/index.js';
import { inferShapes } from '../../network/index.js';
import { MODEL_FILE, type ModelFile, type TrainedModel } from '../model.js';
import { readBytes, readText, sha256 } from './files.js';

export interface LoadedModel extends TrainedModel {
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Reads a model folder and checks that its weights fit its graph. Throws invalidInput (exit 3). */
export function readModel(folder: string, role: string): LoadedModel {
  const path = join(folder, MODEL_FILE);
  const text = readText(path, role);
  const { graph, weights: weightsName, stochastic } = parseModel(text, path);
  const weightsPath = join(folder, weightsName);
  const bytes = readBytes(weightsPath, `the weights of ${role}`);
  const { tensors: weights } = readSafetensors(bytes, weightsPath);
  inferShapes(graph, weights);
  return {
    graph,
    weights,
    ...(stochastic ? { stochastic } : {}),
    files: [
      { path: relative(process.cwd(), path), sha256: sha256(text) },
      { path: relative(process.cwd(), weightsPath), sha256: sha256(bytes) },
    ],
  };
}

function parseModel(text: string, path: string): ModelFile {
  let data: Partial<ModelFile> | null;
  try {
    data = JSON.parse(text) as Partial<ModelFile> | null;
  } catch (error) {
    throw notAModel(path, `it is not JSON: ${(error as Error).message}`);
  }
  if (data?.format !== 'spinbar.model') throw notAModel(path, 'its `format` is not spinbar.model');
  if (data.version !== 1)
    throw notAModel(path, `version ${String(data.version)}, this Spinbar knows 1`);
  if (!Array.isArray(data.graph?.nodes)) throw notAModel(path, 'it has no graph with nodes');
  if (typeof data.weights !== 'string' || /[\\/]/.test(data.weights))
    throw notAModel(path, '`weights` must name a file in the same folder');
  return data as ModelFile;
}

const notAModel = (file: string, why: string) =>
  invalidInput({
    code: 'experiment.invalid-model',
    what: 'this is not a model that Spinbar wrote',
    where: { file },
    why,
    mend: 'make it with `spinbar train EXPERIMENT.yaml`',
  });
