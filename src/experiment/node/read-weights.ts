import { statSync } from 'node:fs';
import { readPyTorch, readSafetensors } from '../../formats/index.js';
import type { Weights } from '../../network/index.js';
import { readBytes } from './files.js';
import { readModel } from './model-folder.js';

/** Named tensors of a safetensors or PyTorch file, or of a model folder. `what` names it in errors. */
export function readWeights(path: string, what: string): Weights {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return readModel(path, what).weights;
  const bytes = readBytes(path, what);
  return path.endsWith('.safetensors')
    ? readSafetensors(bytes, path).tensors
    : readPyTorch(bytes, path);
}
