import { activationLevelsOf, type LayerMapping } from './mapping.js';

/** One time step of a layer's input: every element's digit of one significance. */
export interface ActivationStream {
  readonly digits: Int8Array;
  readonly coefficient: number;
}

/** x ~ unit * sum_t coefficient_t digit_t. */
export interface StreamedActivations {
  /** Most significant stream last. */
  readonly streams: readonly ActivationStream[];
  readonly unit: number;
}

/** Coefficients and the unit alone: what a layer's merge needs without the data. */
export function streamPlan(mapping: LayerMapping): {
  readonly coefficients: readonly number[];
  readonly unit: number;
  readonly bits: readonly number[];
} {
  const { activationBits, bitsPerStream, inputScale } = mapping;
  if (mapping.activationQuantiser !== 'nearest')
    return {
      coefficients: [1],
      unit: inputScale / activationLevelsOf(mapping),
      bits: [activationBits],
    };
  const coefficients: number[] = [];
  const bits: number[] = [];
  for (let low = 0; low < activationBits; low += bitsPerStream) {
    coefficients.push(2 ** low);
    bits.push(Math.min(bitsPerStream, activationBits - low));
  }
  return { coefficients, unit: inputScale / (2 ** activationBits - 1), bits };
}

/** Quantises activations to Y bits (nearest level, clamped) and cuts them into streams. */
export function streamActivations(x: Float32Array, mapping: LayerMapping): StreamedActivations {
  const { inputScale, encoding } = mapping;
  const { coefficients, unit, bits } = streamPlan(mapping);
  if (mapping.activationQuantiser !== 'nearest') {
    const steps = activationLevelsOf(mapping);
    const limit = mapping.activationQuantiser === 'away-from-zero' ? steps : LARGEST_DIGIT;
    const digits = new Int8Array(x.length);
    for (let i = 0; i < x.length; i += 1) {
      const size = Math.min(limit, Math.ceil(Math.abs(x[i] / inputScale) * steps));
      digits[i] = x[i] < 0 ? -size : size;
    }
    return { streams: [{ digits, coefficient: 1 }], unit };
  }
  const codes = activationCodes(x, mapping);
  const streams = coefficients.map((coefficient, t) => {
    const top = 2 ** bits[t] - 1;
    const shift = Math.log2(coefficient);
    const digits = new Int8Array(codes.length);
    for (let i = 0; i < codes.length; i += 1) {
      const digit = (codes[i] >> shift) & top;
      digits[i] = encoding === 'bipolar' ? 2 * digit - top : digit;
    }
    return { digits, coefficient };
  });
  return { streams, unit };
}

/** What an unclamped digit is held to: all a signed byte can be. */
export const LARGEST_DIGIT = 127;

/** code = trunc(clamp(x factor + shift + 0.5, 0, top)), in single precision. */
export function codeRule({ activationBits, inputScale, encoding }: LayerMapping): {
  readonly factor: number;
  readonly shift: number;
  readonly top: number;
} {
  const top = 2 ** activationBits - 1;
  const half = encoding === 'bipolar' ? 0.5 * top : top;
  return {
    factor: Math.fround(half / inputScale),
    shift: encoding === 'bipolar' ? 0.5 * top : 0,
    top,
  };
}

/** Codes 0 .. 2^Y - 1 of the nearest level, by single-precision arithmetic as the kernels do it. */
export function activationCodes(x: Float32Array, mapping: LayerMapping): Uint8Array {
  const { factor, shift, top } = codeRule(mapping);
  const codes = new Uint8Array(x.length);
  for (let i = 0; i < x.length; i += 1) {
    const level = Math.fround(Math.fround(Math.fround(x[i] * factor) + shift) + 0.5);
    codes[i] = level < 0 ? 0 : level > top ? top : level;
  }
  return codes;
}
