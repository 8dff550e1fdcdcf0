import type { AdcModel } from './component-schema.js';

/** The price of one conversion and of one converter. */
export interface AdcCost {
  /** Energy of one conversion (J). */
  readonly energyJoule: number;
  /** Time of one conversion (s). */
  readonly timeSecond: number;
  /** Area of one converter (m^2). */
  readonly areaSquareMetre: number;
  /** Static power of one converter (W). */
  readonly leakageWatt: number;
}

/**
 * Bits that lose nothing: ceil(log2(R (2^As - 1)(2^Ws - 1) + 1)) for R rows of As-bit digits on Ws-bit
 * cells (Shafiee et al., ISCA 2016, section 4; their weight encoding saves one more, `encoded`).
 */
export function fullPrecisionBits(
  rows: number,
  bitsPerStream: number,
  bitsPerSlice: number,
  { encoded = false } = {},
): number {
  const largest = rows * (2 ** bitsPerStream - 1) * (2 ** bitsPerSlice - 1);
  return Math.ceil(Math.log2(largest + 1)) - (encoded ? 1 : 0);
}

/** Factors on what an ADC model gives, for uncertainty. */
export interface AdcFactors {
  readonly energy?: number;
  readonly time?: number;
  readonly area?: number;
}

/** Price of an ADC of `bits` bits by a published scaling. */
export function adcCost(
  model: AdcModel,
  bits: number,
  { energy = 1, time = 1, area = 1 }: AdcFactors = {},
): AdcCost {
  const cost = publishedCost(model, bits);
  return {
    energyJoule: cost.energyJoule * energy,
    timeSecond: cost.timeSecond * time,
    areaSquareMetre: cost.areaSquareMetre * area,
    leakageWatt: cost.leakageWatt * energy,
  };
}

function publishedCost(model: AdcModel, bits: number): AdcCost {
  switch (model.scaling) {
    case 'table':
      return tableCost(model, bits);
    case 'per-bit': {
      const timeSecond = (model.timePerBit * bits) / model.columns;
      return {
        timeSecond,
        energyJoule: model.powerPerBit * bits * timeSecond,
        areaSquareMetre: model.area,
        leakageWatt: model.leakagePerBit * bits,
      };
    }
    case 'sar': {
      const timeSecond = model.timePerBit * (bits + 1);
      return {
        timeSecond,
        energyJoule: (model.powerPerBit * bits + model.powerBase) * timeSecond,
        areaSquareMetre: model.areaPerBit * bits + model.areaPerLevel * 2 ** bits,
        leakageWatt: 0,
      };
    }
    case 'figure-of-merit':
      return {
        energyJoule: surveyEnergy(bits, model.rate),
        timeSecond: 1 / model.rate,
        areaSquareMetre: model.area,
        leakageWatt: 0,
      };
  }
}

/**
 * Listed bits cost what the table says. Others follow a b + c 2^b fitted to the table by least squares:
 * comparator and logic grow with the bits, the capacitive DAC with the levels (Saberi et al., IEEE TCAS-I
 * 58, 2011; the same split that ISAAC scales its ADC by). Fits the ISAAC table to 4 % from 4 to 10 bits.
 */
function tableCost(
  { points, conversionTime }: Extract<AdcModel, { scaling: 'table' }>,
  bits: number,
): AdcCost {
  const listed = points.find((point) => point.bits === bits);
  return {
    energyJoule:
      listed?.energy ??
      linearPlusExponential(
        points.map((point) => [point.bits, point.energy]),
        bits,
      ),
    areaSquareMetre:
      listed?.area ??
      linearPlusExponential(
        points.map((point) => [point.bits, point.area]),
        bits,
      ),
    timeSecond: conversionTime,
    leakageWatt: 0,
  };
}

/** Least-squares a b + c 2^b through (b, value) pairs, minimising relative errors, evaluated at `bits`. */
function linearPlusExponential(
  pairs: readonly (readonly [number, number])[],
  bits: number,
): number {
  const sums = { bb: 0, bp: 0, pp: 0, bv: 0, pv: 0 };
  for (const [b, value] of pairs) {
    const x = b / value;
    const y = 2 ** b / value;
    sums.bb += x * x;
    sums.bp += x * y;
    sums.pp += y * y;
    sums.bv += x;
    sums.pv += y;
  }
  const determinant = sums.bb * sums.pp - sums.bp ** 2;
  const linear = (sums.bv * sums.pp - sums.pv * sums.bp) / determinant;
  const exponential = (sums.pv * sums.bb - sums.bv * sums.bp) / determinant;
  return linear * bits + exponential * 2 ** bits;
}

/**
 * Energy per conversion (J) at the envelope of the Murmann survey as fitted in the Accelergy ADC plug-in:
 * FOM_S = min(213.78 - 2.872 ln f, 128.31 + 3.2205 b) dB, SNDR = 6.02 b + 1.76 dB,
 * P = (f/2) 10^((SNDR - FOM_S)/10) (Schreier figure of merit), E = P / f.
 */
function surveyEnergy(bits: number, rateHertz: number): number {
  const signalToNoise = 6.02 * bits + 1.76;
  const figureOfMerit = Math.min(213.78 - 2.872 * Math.log(rateHertz), 128.31 + 3.2205 * bits);
  return 0.5 * 10 ** ((signalToNoise - figureOfMerit) / 10);
}
