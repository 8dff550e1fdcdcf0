import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseCurve, type SwitchingCurve } from '../../calibration/index.js';
import { invalidInput } from '../../errors/index.js';
import { readPyTorch, readSafetensors } from '../../formats/index.js';
import {
  builtInNetwork,
  converterOfDocument,
  importOnnx,
  mappingOfDocument,
  type Converter,
  type Mapping,
  type NetworkOptions,
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
): { readonly document: ScoreFile; readonly network: LoadedNetwork } {
  const document = parseDocument(scoreSchema, readText(path, 'the network file'), path, {
    override: (data) => applyOverrides(data, overrides, path).data,
  });
  return { document, network: loadNetwork(document, (name) => resolve(dirname(path), name)) };
}

export type LoadedNetwork = Omit<NetworkOptions, 'tiles' | 'seed'>;

/** Graph, weights, mapping and converter that a document means. */
function loadNetwork(document: ScoreFile, at: (relative: string) => string): LoadedNetwork {
  const { graph, weights, stochastic } = loadWeights(document, at);
  const normalised = document.normalisation
    ? { ...graph, normalisation: document.normalisation }
    : graph;
  const { converter } = document;
  const curves = new Map<string, SwitchingCurve>();
  if (converter && 'curve' in converter) {
    const file = at(converter.curve);
    curves.set(converter.curve, parseCurve(readText(file, 'the switching curve'), file));
  }
  const conversion = converter && converterOfDocument(converter, curves);
  const mapping =
    document.mapping || !stochastic
      ? document.mapping && mappingOfDocument(document.mapping)
      : trainedMapping(stochastic, conversion);
  return { graph: normalised, weights, mapping, converter: conversion };
}

/** The mapping a model was trained with, its gains those of this converter where it has a curve. */
function trainedMapping(
  { mapping, gainsInWidths }: StochasticModel,
  converter?: Converter,
): Mapping {
  if (!converter || !('curve' in converter)) return mapping;
  return mappingWithGains({ mapping, converter }, gainsInWidths);
}

/** Weights of a file, or of a folder that `spinbar train` wrote, which also knows its mapping. */
function loadWeights(
  { graph: name, weights }: ScoreFile,
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
      mend: 'name a built-in network under `graph`, such as resnet20',
    });
  const read = file.endsWith('.safetensors')
    ? readSafetensors(bytes, file).tensors
    : readPyTorch(bytes, file);
  return { graph: builtInNetwork(name).graph, weights: read };
}
