import { conversionKeys } from '../../network/conversion-draws.js';
import { LANES, type Pass } from '../tape.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';

/** A block's draws, [output][pixel] of 16 bits. */
export interface BlockDraws {
  readonly offset: number;
  /** Bytes from output to output. */
  readonly stride: number;
  /** Takes the pass's images. */
  begin(pass: Pass): void;
  /** The draws of `count` pixels from `start` on: a block. */
  make(pass: Pass, plane: number, start: number, count: number): void;
}

/** Of eight images: their numbers and the masks of their draws, in 32-bit words. */
const PLACE = LANES + LANES / 2;

/** The inference engine's draws (network/conversion-draws.ts); antithetic ones are the first half's complements. */
export function blockDraws(
  workspace: Workspace,
  { name, output, images, antithetic = false }: StochasticOptions,
  { outputs, gradientOutputs, imagePixels, blockPixels }: StochasticLayout,
): BlockDraws {
  const { draws, conversion } = workspace.kernels;
  const keyOf = conversionKeys(name);
  const vectors = Math.ceil(blockPixels / 8);
  const stride = vectors * 16;
  const { offset } = workspace.scratch('turned draws', gradientOutputs * vectors * 4);
  const isComplement = ({ training }: Pass, image: number): boolean =>
    antithetic && training && image >= images / 2;
  return output.lanes > 1 ? sideBySide() : apart();

  /** Of eight images that stand side by side at once. */
  function sideBySide(): BlockDraws {
    const places = workspace.reserve((images / LANES) * PLACE);
    const panel = workspace.scratch('draws', 208).offset;
    /** Pixels of each image in a block; one of several groups of eight has all of them. */
    const own = Math.min(imagePixels, blockPixels / LANES);
    return {
      offset,
      stride,
      begin: (pass) => {
        const numbers = workspace.i32(places);
        const masks = workspace.i16(places);
        for (let image = 0; image < images; image += 1) {
          const lane = image % LANES;
          const place = ((image - lane) / LANES) * PLACE;
          numbers[place + lane] = pass.imageIndices[image];
          masks[2 * (place + LANES) + lane] = isComplement(pass, image) ? -1 : 0;
        }
      },
      make: ({ seed }, plane, start, count) => {
        const { key0, key1 } = keyOf(seed);
        const group = Math.floor(start / (imagePixels * LANES));
        const firstDraw = (start / LANES - group * imagePixels) * outputs;
        for (let n = 0; n * own * LANES < count; n += 1)
          draws.philoxSideBySide(
            key0,
            key1,
            plane,
            places.offset + (group + n) * PLACE * 4,
            firstDraw / 8,
            own,
            outputs,
            offset + n * own * 16,
            stride,
            panel,
          );
      },
    };
  }

  /** Of whole images one behind the other. */
  function apart(): BlockDraws {
    const rowBytes = outputs * 2;
    const drawBytes = imagePixels * rowBytes;
    const blocks = Math.ceil((imagePixels * outputs) / 32) * 4;
    // Whole groups of 32 draws are written, and eight beyond the last output are read.
    const made = workspace.scratch('draws', (blockPixels * rowBytes) / 4 + 64).offset;
    return {
      offset,
      stride,
      begin: () => undefined,
      make: (pass, plane, start, count) => {
        const { key0, key1 } = keyOf(pass.seed);
        const first = start / imagePixels;
        for (let n = 0; n * imagePixels < count; n += 1)
          draws.philoxDraws(
            key0,
            key1,
            plane,
            pass.imageIndices[first + n],
            made + n * drawBytes,
            0,
            blocks,
            isComplement(pass, first + n) ? -1 : 0,
          );
        conversion.transposeDraws(
          made,
          count,
          outputs,
          offset,
          stride,
          rowBytes,
          8 * rowBytes,
          made + (count - 1) * rowBytes,
        );
      },
    };
  }
}
