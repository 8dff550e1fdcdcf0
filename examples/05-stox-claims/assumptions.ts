/** Every assumption of the comparison with its source: P paper, C authors' code, X other source, O ours. */
import type { MtjReadout } from '../../src/architecture/index.js';
import type { SetResult } from './report.js';

export type AssumptionRow = readonly [what: string, value: string, source: string];

const ORGANISATION: readonly AssumptionRow[] = [
  ['network', 'ResNet-20, 18 convolutions on arrays, stem and head digital', 'C; HPF in PAPER.md'],
  [
    'bits',
    '4-bit weights and activations; magnets take one slice and one stream',
    'P (XwYaZbs), O',
  ],
  [
    'baseline slices and streams',
    '1-bit, also 2-bit slices and one slice and stream',
    'O: P does not say; 1-bit DACs are P',
  ],
  [
    'baseline ADC bits',
    'as many as lose nothing: ceil(log2(R (2^As - 1)(2^Ws - 1) + 1))',
    'Shafiee et al., ISCA 2016, section 4',
  ],
  ['sparse ADC', '1 bit for the top slice, 3 for the others', 'Zhang et al., arXiv:1909.08496'],
  ['columns an ADC', '128 (ISAAC) and 8 (NeuroSim)', 'ISCA 2016, table 6; NeuroSim 1.5 default'],
  ['columns a magnet', '1', 'P: each column drives a magnet'],
  ['pipeline', 'layers overlap row by row, one copy of each array', 'ISCA 2016, section 6'],
  ['digital and shift-and-add units', 'as few as keep up', 'O'],
  ['arrays a tile', '96 share buffer, bus, router', 'ISCA 2016, table 6'],
  ['router hops a byte', '1', 'O'],
  [
    'time to settle',
    'the read time of the set’s array (ISAAC 100 ns) in all designs; 1 ns in the rows that say so',
    'ISCA 2016, table 6; O',
  ],
  [
    'bounds of a sample',
    '1 fJ, 2 ns and 0.78 pJ, 4 ns',
    'PAPER.md, X: in-plane 20 kT magnet; beta-W SOT-MRAM',
  ],
  [
    'hand-tried T lists',
    '1 1 2 4 8 16 and its reverse, three layers an entry',
    'C; three layers an entry is O',
  ],
];

/** The table: organisation, magnets, then every component of every set that states it. */
export function assumptionRows(
  results: readonly SetResult[],
  readout: MtjReadout,
  currents: string,
): AssumptionRow[] {
  const components = results.flatMap(({ name, library, origins }): AssumptionRow[] =>
    Object.entries(library).flatMap(([part, value]): AssumptionRow[] => {
      if (typeof value !== 'object' || origins[part] !== name) return [];
      const energy = 'energy' in value ? `${(value.energy * 1e12).toPrecision(3)} pJ` : '';
      const area = 'area' in value ? `${(value.area * 1e12).toPrecision(3)} um2` : '';
      const scaling = part === 'adc' && 'scaling' in value ? String(value.scaling) : '';
      const spread = `factors ${value.spread.join(' to ')}`;
      return [
        [
          `${name}: ${part}`,
          [scaling, energy, area, spread].filter((text) => text !== '').join(', '),
          value.source,
        ],
      ];
    }),
  );
  return [
    ...ORGANISATION,
    ['column currents', currents, 'O: examples/04-resnet20-cifar10'],
    [`read-out ${readout.name}`, readout.description, readout.source],
    ...components,
  ];
}
