import * as z from 'zod';
import { invalidInput } from '../../errors/index.js';
import {
  calibratedRanges,
  errorMinimisingRanges,
  profilePartialSums,
  type AdcConverter,
  type Converter,
} from '../../network/index.js';
import { parseDocument } from '../../units/index.js';
import type { Dataset } from '../node/datasets.js';
import { readText, sha256 } from '../node/files.js';
import { firstInputs } from '../node/first-inputs.js';
import type { RangeCalibration } from './range-schema.js';
import type { LoadedNetwork } from './score-file.js';

/** Recorded ranges, with the hash of the mapped network that they belong to. */
export interface RangeFile {
  readonly format: 'spinbar.ranges';
  readonly version: 1;
  readonly network: string;
  readonly method: RangeCalibration['method'];
  readonly share: number;
  readonly images: number;
  readonly part: RangeCalibration['part'];
  /** Lowest and highest partial sum (digits) by layer. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
}

const rangeFileSchema = z.strictObject({
  format: z.literal('spinbar.ranges'),
  version: z.literal(1),
  network: z.string(),
  method: z.enum(['percentile', 'error-minimising']),
  share: z.number(),
  images: z.number(),
  part: z.enum(['train', 'test']),
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
});

/** Whether ranges are to be recorded or read: the converter wants them and has none. */
export const wantsRanges = (converter: Converter | undefined): converter is AdcConverter =>
  converter?.kind === 'adc' && converter.range === 'calibrated' && converter.ranges === undefined;

/** Hash of graph, weights and mapping: what partial sums depend on. */
function networkHash({ graph, weights, mapping }: LoadedNetwork): string {
  const tensors = [...weights].map(([name, { shape, data }]) => [
    name,
    shape,
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
  return sha256(JSON.stringify([graph, tensors, mapping]));
}

/**
 * Ranges of the earlier run that `file` names, or new ones from partial sums of the network with exact
 * conversion. Throws where the file belongs to another network or mapping.
 */
export function rangesFor(
  network: LoadedNetwork,
  converter: AdcConverter,
  { method, share, images, part, file }: RangeCalibration,
  {
    at,
    data,
  }: {
    readonly at: (name: string) => string;
    readonly data: (part: 'train' | 'test') => Dataset;
  },
): RangeFile {
  const { graph, weights, mapping } = network;
  const hash = networkHash(network);
  if (file !== undefined) {
    const path = at(file);
    const known = parseDocument(rangeFileSchema, readText(path, 'the recorded ranges'), path);
    if (known.network === hash) return known;
    throw invalidInput({
      code: 'experiment.foreign-ranges',
      what: 'these ranges were recorded for another network or mapping',
      where: { file: path, keyPath: 'network' },
      why: 'partial sums depend on graph, weights, bits, rows and slices',
      mend: 'leave out rangeCalibration.file to record them anew; the run writes ranges.json',
    });
  }
  if (!mapping) throw new RangeError('only mapped networks have partial sums');
  const inputs = firstInputs(graph, data(part), images);
  const profiles = profilePartialSums({
    graph,
    weights,
    mapping,
    converter: { kind: 'ideal' },
    inputs,
    pixels: 8,
    seed: 1,
  });
  const ranges =
    method === 'percentile'
      ? calibratedRanges(profiles, share)
      : errorMinimisingRanges(profiles, converter.bits);
  return {
    format: 'spinbar.ranges',
    version: 1,
    network: hash,
    method,
    share,
    images: inputs.length,
    part,
    ranges,
  };
}
