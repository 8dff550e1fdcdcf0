import { codeRule, LARGEST_DIGIT, streamActivations, streamPlan } from './activation-streams.js';
import type { EngineMemory } from './engine-memory.js';
import type { LayerGeometry } from './im2col.js';
import { activationLevelsOf, type LayerMapping } from './mapping.js';
import type { PaddedPlanes } from './padded-planes.js';

/** A mapped layer's input as its engines read it. */
export interface ActivationPlanes {
  /** One u8 code plane (`codes`), or an f32 digit plane a stream: byte offsets. */
  readonly at: readonly number[];
  readonly elementBytes: 1 | 4;
  /** Quantises a layer's input into the planes. */
  fill(x: Float32Array): void;
}

/** Reserves and fills the planes: codes where the engines pack bits, each stream's digits otherwise. */
export function activationPlanes(
  memory: EngineMemory,
  { channels, height, width, padding }: LayerGeometry,
  planes: PaddedPlanes,
  mapping: LayerMapping,
  form: 'codes' | 'digits',
): ActivationPlanes {
  const elementBytes = form === 'codes' ? 1 : 4;
  const { coefficients, bits } = streamPlan(mapping);
  const at = (form === 'codes' ? [1] : coefficients).map(() =>
    memory.reserve(planes.length * elementBytes),
  );
  const input = memory.reserve(channels * height * width * 4);
  const rowBytes = (width + 2 * padding[1]) * elementBytes;
  const planeBytes = (height + 2 * padding[0]) * rowBytes;
  const inner = padding[0] * rowBytes + padding[1] * elementBytes;
  const place = (base: number) =>
    [input, base + inner, channels, height, width, rowBytes, planeBytes] as const;
  const copy = (x: Float32Array): void => {
    memory.f32(input, x.length).set(x);
  };
  if (mapping.activationQuantiser !== 'nearest') {
    const levels = activationLevelsOf(mapping);
    const perUnit = levels / mapping.inputScale;
    if (!Number.isInteger(Math.log2(perUnit)))
      return { at, elementBytes, fill: (x) => fillPlainly(memory, planes, at, x, mapping) };
    const limit = mapping.activationQuantiser === 'away-from-zero' ? levels : LARGEST_DIGIT;
    return {
      at,
      elementBytes,
      fill(x) {
        copy(x);
        memory.activations.encodeAwayFromZero(...place(at[0]), perUnit, limit);
      },
    };
  }
  const { factor, shift, top } = codeRule(mapping);
  return {
    at,
    elementBytes,
    fill(x) {
      copy(x);
      if (form === 'codes') {
        memory.activations.encodeCodes(...place(at[0]), factor, shift, top);
        return;
      }
      for (const [t, base] of at.entries()) {
        const mask = 2 ** bits[t] - 1;
        const odd = mapping.encoding === 'bipolar';
        memory.activations.encodeDigits(
          ...place(base),
          factor,
          shift,
          top,
          Math.log2(coefficients[t]),
          mask,
          odd ? 2 : 1,
          odd ? -mask : 0,
        );
      }
    },
  };
}

function fillPlainly(
  memory: EngineMemory,
  planes: PaddedPlanes,
  at: readonly number[],
  x: Float32Array,
  mapping: LayerMapping,
): void {
  for (const [t, { digits }] of streamActivations(x, mapping).streams.entries())
    planes.fill(memory.f32(at[t], planes.length), digits);
}
