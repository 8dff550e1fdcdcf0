import type { CircuitDevice, IndependentSource } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { branchEntries, branchTriples, pairs, stampBranches } from './two-terminal.js';
import { waveformFunction, type WaveformFunction } from './waveform.js';

const isSource =
  (kind: 'v' | 'i') =>
  (device: CircuitDevice): boolean =>
    device.kind === kind;

/** Ideal voltage sources: v(a) - v(b) = E(t), with their current as unknown. */
export const voltageSource: ElementType = {
  name: 'voltage-source',
  claims: isSource('v'),
  declare(devices, { branch }) {
    for (const { name } of devices) branch(name);
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    const { first, second } = terminals(devices, context);
    const branch = Int32Array.from(devices, ({ name }) => context.branchOf(name));
    const entries = branchEntries(context, branch, first, second);
    const drive = drives(devices as readonly IndependentSource[], context);
    const group: ElementGroup = {
      element: 'voltage-source',
      names: devices.map(({ name }) => name),
      entries: [entries],
      symmetric: true,
      ideal: true,
      conductingPaths: pairs(first, second),
      voltageBranches: branchTriples(branch, first, second),
      stampConstant: (g) => stampBranches(g, entries),
      loadSources({ f, waveforms, time, sourceScale }) {
        for (let k = 0; k < branch.length; k++) {
          f[branch[k]] -= sourceScale * drive.at(k, waveforms, time);
        }
      },
      loadSmallSignal(real, imaginary) {
        for (let k = 0; k < branch.length; k++) {
          real[branch[k]] += drive.acReal[k];
          imaginary[branch[k]] += drive.acImaginary[k];
        }
      },
      currents({ x }, out, offset) {
        for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
      },
      setValue: drive.setValue,
      value: drive.value,
      breakpoints: drive.breakpoints,
    };
    return [group];
  },
};

/** Ideal current sources: I(t) leaves the first node through the source. */
export const currentSource: ElementType = {
  name: 'current-source',
  claims: isSource('i'),
  build(devices, context) {
    if (devices.length === 0) return [];
    const { first, second } = terminals(devices, context);
    const sources = devices as readonly IndependentSource[];
    const multiplicity = Float64Array.from(sources, (source) => source.multiplicity);
    const drive = drives(sources, context);
    const group: ElementGroup = {
      element: 'current-source',
      names: devices.map(({ name }) => name),
      entries: [],
      symmetric: true,
      loadSources({ f, waveforms, time, sourceScale }) {
        for (let k = 0; k < first.length; k++) {
          const current = sourceScale * multiplicity[k] * drive.at(k, waveforms, time);
          f[first[k]] += current;
          f[second[k]] -= current;
        }
      },
      loadSmallSignal(real, imaginary) {
        for (let k = 0; k < first.length; k++) {
          const m = multiplicity[k];
          real[first[k]] -= m * drive.acReal[k];
          real[second[k]] += m * drive.acReal[k];
          imaginary[first[k]] -= m * drive.acImaginary[k];
          imaginary[second[k]] += m * drive.acImaginary[k];
        }
      },
      smallSignalCurrents(real, imaginary, offset) {
        for (let k = 0; k < first.length; k++) {
          real[offset + k] += multiplicity[k] * drive.acReal[k];
          imaginary[offset + k] += multiplicity[k] * drive.acImaginary[k];
        }
      },
      currents({ waveforms, time, sourceScale }, out, offset) {
        for (let k = 0; k < first.length; k++) {
          out[offset + k] = sourceScale * multiplicity[k] * drive.at(k, waveforms, time);
        }
      },
      setValue: drive.setValue,
      value: drive.value,
      breakpoints: drive.breakpoints,
    };
    return [group];
  },
};

function terminals(devices: readonly CircuitDevice[], { unknownOfNode }: BuildContext) {
  return {
    first: Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0])),
    second: Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1])),
  };
}

/** Values over time of a list of sources. */
function drives(sources: readonly IndependentSource[], { settings }: BuildContext) {
  const dcValue = Float64Array.from(sources, ({ dc }) => dc);
  const waveforms = sources.map(({ waveform }): WaveformFunction | undefined =>
    waveform === undefined
      ? undefined
      : waveformFunction(waveform, {
          step: settings.transientStep,
          stop: settings.transientStop,
        }),
  );
  const radians = Math.PI / 180;
  return {
    acReal: Float64Array.from(sources, ({ ac }) => ac.magnitude * Math.cos(ac.phase * radians)),
    acImaginary: Float64Array.from(
      sources,
      ({ ac }) => ac.magnitude * Math.sin(ac.phase * radians),
    ),
    at(k: number, moving: boolean, time: number): number {
      const waveform = moving ? waveforms[k] : undefined;
      return waveform === undefined ? dcValue[k] : waveform.at(time);
    },
    setValue: (index: number, value: number) => {
      dcValue[index] = value;
      return 'sources' as const;
    },
    value: (index: number) => dcValue[index],
    breakpoints: (stop: number) => waveforms.flatMap((w) => w?.breakpoints(stop) ?? []),
  };
}
