import { isBitConverter, type Converter } from './converter.js';
import { floatLayer } from './float-layer.js';
import { engineMemory } from './engine-memory.js';
import { matrixNodes } from './graph.js';
import type { LayerOverrides } from './layer-override.js';
import type { Mapping } from './mapping.js';
import { compileNetwork, type Network, type NetworkOptions } from './network.js';
import { nodeGeometry } from './node-geometry.js';
import type { Tensor } from './tensor.js';

/**
 * What the converter does to one layer, measured by running the network as it is and comparing, on the same
 * inputs, each layer's output y with two others: z of exact partial sums (the same quantised weights and
 * activations, ideal wires), and the limit l that y has without noise.
 */
export interface LayerStatistics {
  readonly layer: string;
  /** Outputs compared. */
  readonly count: number;
  /**
   * 10 log10 of the variance of l over the mean square of y - l (dB); variances are taken within columns, as the
   * batch norm behind sees them. l: infinitely many samples for converters that draw (errors of the chip stay
   * in it), exact partial sums for ADCs. Absent where y is its own limit.
   */
  readonly signalToNoise?: number;
  /** Correlation of y with z, within columns: 1 where y is any affine function of z in each column. */
  readonly agreement: number;
  /** Share of outputs on the same side of their column's mean in y and z. */
  readonly sameSide: number;
}

/** Statistics with what brings exact layers to the scale of the converter's. */
export interface MeasuredLayers {
  readonly layers: readonly LayerStatistics[];
  /** Every mapped layer with exact partial sums, fitted by least squares to y in each column. */
  readonly exact: LayerOverrides;
  /** Every mapped layer in floating point, fitted likewise. */
  readonly float: LayerOverrides;
  /** Every mapped layer as its converter would be at its best; absent where it already is. */
  readonly best?: BestLayers | undefined;
}

/** `noiseless`: infinitely many samples; `exact`: exact partial sums, fitted for the sense amplifier. */
export interface BestLayers {
  readonly kind: 'noiseless' | 'exact';
  readonly overrides: LayerOverrides;
}

export interface MeasureOptions extends NetworkOptions {
  readonly mapping: Mapping;
  readonly converter: Converter;
  /** Network inputs, already normalised; the first is image `first` of the data set. */
  readonly inputs: readonly Float32Array[];
  readonly first?: number;
}

/** Columns with fewer outputs than this share one slope in their layer. */
const FEWEST = 256;

/** Runs the network on the inputs and measures every mapped layer. */
export function measureLayers({ inputs, first = 0, ...options }: MeasureOptions): MeasuredLayers {
  const { graph, weights, converter } = options;
  const network = compileNetwork(options);
  const ideal = compileNetwork({ ...options, tiles: undefined, converter: { kind: 'ideal' } });
  const limit = limitNetwork(options, ideal);
  const memory = engineMemory();
  const layers = matrixNodes(graph)
    .filter(({ name }) => network.mappedLayers.includes(name))
    .map((node) => {
      const geometry = nodeGeometry(node, network.shapes, weights);
      const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
      const bias =
        (node.weights.bias === undefined ? undefined : weights.get(node.weights.bias)?.data) ??
        new Float32Array(geometry.columns);
      const { columns, pixels } = geometry;
      return {
        node,
        columns,
        pixels,
        float: floatLayer(memory, geometry, weight, bias),
        outputs: inputs.map(() => new Map<Kind, Float32Array>()),
      };
    });
  for (const [i, input] of inputs.entries()) {
    const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: input }]]);
    network.forward(input, first + i, (name, value) => values.set(name, value));
    for (const { node, float, outputs } of layers) {
      const x = values.get(node.inputs[0])?.data ?? new Float32Array(0);
      const image = first + i;
      outputs[i].set('own', values.get(node.name)?.data ?? new Float32Array(0));
      outputs[i].set('exact', ideal.layer(node.name, x, image));
      outputs[i].set('float', float.run(x, image, 0).slice());
      if (limit) outputs[i].set('limit', limit.layer(node.name, x, image));
    }
  }
  const fitted = isBitConverter(converter);
  const measured = layers.map(({ node, columns, pixels, outputs }) => {
    const of = (kind: Kind): Columns => ({
      columns,
      pixels,
      images: outputs.map((own) => own.get(kind) ?? new Float32Array(0)),
    });
    return {
      statistics: {
        layer: node.name,
        count: columns * pixels * inputs.length,
        ...(limit ? { signalToNoise: decibel(of('own'), of('limit')) } : {}),
        ...agreementOf(of('own'), of('exact')),
      },
      exact: fitted ? leastSquares(of('own'), of('exact')) : {},
      float: fitted ? leastSquares(of('own'), of('float')) : {},
    };
  });
  const overrides = (kind: 'exact' | 'float'): LayerOverrides =>
    Object.fromEntries(
      measured.map(({ statistics, ...fits }) => [
        statistics.layer,
        {
          converter: kind === 'float' ? ('float' as const) : { kind: 'ideal' as const },
          ...fits[kind],
        },
      ]),
    );

  const exact = overrides('exact');
  return {
    layers: measured.map(({ statistics }) => statistics),
    exact,
    float: overrides('float'),
    best: bestLayers(converter, exact),
  };
}

function bestLayers(converter: Converter, exact: LayerOverrides): BestLayers | undefined {
  const limit = noiseless(converter);
  if (limit)
    return {
      kind: 'noiseless',
      overrides: Object.fromEntries(Object.keys(exact).map((name) => [name, { converter: limit }])),
    };
  return converter.kind === 'adc' || converter.kind === 'sign'
    ? { kind: 'exact', overrides: exact }
    : undefined;
}

/** The converter with infinitely many samples, where it draws. */
export function noiseless(converter: Converter): Converter | undefined {
  if (converter.kind === 'mtj') {
    const { samples, ...rest } = converter;
    return { ...rest, kind: 'expectation', ...(converter.staggerWidths ? { samples } : {}) };
  }
  return converter.kind === 'tanh' && typeof converter.samples !== 'string'
    ? { ...converter, samples: 'infinite' }
    : undefined;
}

type Kind = 'own' | 'exact' | 'float' | 'limit';

/** The network whose layers are what the converter's outputs scatter about. */
function limitNetwork(
  options: Omit<MeasureOptions, 'inputs'>,
  ideal: Network,
): Network | undefined {
  const limit = noiseless(options.converter);
  if (limit) return compileNetwork({ ...options, converter: limit });
  return options.converter.kind === 'adc' ? ideal : undefined;
}

/** A layer's outputs of several images, each (columns x pixels). */
interface Columns {
  readonly columns: number;
  readonly pixels: number;
  readonly images: readonly Float32Array[];
}

/** Sums over one column of all images, of two layers' values about their means. */
interface Moments {
  readonly count: number;
  readonly meanY: number;
  readonly meanZ: number;
  readonly yy: number;
  readonly zz: number;
  readonly yz: number;
}

function moments(y: Columns, z: Columns, column: number): Moments {
  const { pixels, images } = y;
  const count = pixels * images.length;
  const mean = ({ images: all }: Columns): number => {
    let sum = 0;
    for (const values of all)
      for (let p = column * pixels; p < (column + 1) * pixels; p += 1) sum += values[p];
    return sum / count;
  };
  const [meanY, meanZ] = [mean(y), mean(z)];
  let [yy, zz, yz] = [0, 0, 0];
  for (const [i, values] of images.entries())
    for (let p = column * pixels; p < (column + 1) * pixels; p += 1) {
      const dy = values[p] - meanY;
      const dz = z.images[i][p] - meanZ;
      yy += dy * dy;
      zz += dz * dz;
      yz += dy * dz;
    }
  return { count, meanY, meanZ, yy, zz, yz };
}

const allMoments = (y: Columns, z: Columns): Moments[] =>
  Array.from({ length: y.columns }, (_, column) => moments(y, z, column));

const total = (all: readonly Moments[], field: 'yy' | 'zz' | 'yz'): number =>
  all.reduce((sum, own) => sum + own[field], 0);

/** Pooled correlation of columns, each on its own scale, and the share of outputs on the same side. */
function agreementOf(y: Columns, z: Columns): Pick<LayerStatistics, 'agreement' | 'sameSide'> {
  const all = allMoments(y, z);
  // The share of y's variance that an affine function of z in each column gives back, as a correlation.
  const explained = all.reduce((sum, { yz, zz }) => sum + (zz > 0 ? yz ** 2 / zz : 0), 0);
  const sign = Math.sign(total(all, 'yz'));
  let same = 0;
  for (const [i, values] of y.images.entries())
    for (const [column, { meanY, meanZ }] of all.entries())
      for (let p = column * y.pixels; p < (column + 1) * y.pixels; p += 1)
        if (values[p] > meanY === z.images[i][p] > meanZ) same += 1;
  const variance = total(all, 'yy');
  return {
    agreement: variance > 0 ? sign * Math.sqrt(explained / variance) : 1,
    sameSide: same / (y.columns * y.pixels * y.images.length),
  };
}

function decibel(y: Columns, limit: Columns): number {
  const signal = total(allMoments(limit, limit), 'yy');
  let noise = 0;
  for (const [i, values] of y.images.entries())
    for (let p = 0; p < values.length; p += 1) noise += (values[p] - limit.images[i][p]) ** 2;
  return 10 * Math.log10(signal / Math.max(noise, Number.MIN_VALUE));
}

/** scale and shift of each column with y ~ scale z + shift. */
function leastSquares(y: Columns, z: Columns): { scale: Float32Array; shift: Float32Array } {
  const all = allMoments(y, z);
  const common = total(all, 'yz') / (total(all, 'zz') || 1);
  const scale = Float32Array.from(all, ({ count, yz, zz }) =>
    count >= FEWEST && zz > 0 ? yz / zz : common,
  );
  return {
    scale,
    shift: Float32Array.from(all, ({ meanY, meanZ }, o) => meanY - scale[o] * meanZ),
  };
}
