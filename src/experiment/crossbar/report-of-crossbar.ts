import { arrayMapFigure, type ReportDocument, type ReportSection } from '../../report/index.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';
import type { CrossbarResults } from './crossbar-file.js';

/** Outputs listed in the page; all are in outputs.csv. */
const LISTED = 64;

/** The report of a crossbar spec: what the wires cost first, then the maps, then how it was solved. */
export function reportOfCrossbar(results: CrossbarResults): ReportDocument {
  const { title, run } = results;
  const { crossbar, solution, idealOutputs } = run;
  const scale = idealOutputs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const loss = idealOutputs.reduce(
    (most, ideal, k) => Math.max(most, Math.abs(ideal - solution.outputs[k])),
    0,
  );
  const drop = run.maps.voltageDrop.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    title,
    answer: `Wires, drivers and loads change an output current by at most **${((100 * loss) / (scale || 1)).toPrecision(3)} %** of the largest; the cell worst off loses ${formatQuantity(drop, 'V', 3)} of its input.`,
    facts: [
      { label: 'cells', value: `${crossbar.rows} x ${crossbar.columns}` },
      { label: 'input vectors', value: String(solution.vectors) },
      {
        label: 'residual',
        value: solution.statistics.relativeResidual.toExponential(1),
        note: `${solution.statistics.method}, ${solution.status}`,
      },
      ...(run.transfer
        ? [{ label: 'error of T', value: run.transfer.errorEstimate.toExponential(1) }]
        : []),
    ],
    sections: [
      outputsSection(results),
      mapSection(results),
      powerSection(results),
      ...monteCarloSection(results),
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

function outputsSection({ run }: CrossbarResults): ReportSection {
  const { solution, idealOutputs } = run;
  const outputs = idealOutputs.length / solution.vectors;
  const shown = Math.min(outputs, LISTED);
  return {
    id: 'outputs',
    title: 'Output currents',
    blocks: [
      {
        kind: 'table',
        caption: `The first input vector${shown < outputs ? `, outputs 0 to ${shown - 1} of ${outputs}` : ''}; all vectors are in outputs.csv.`,
        columns: ['output', 'current (uA)', 'without wires (uA)', 'difference (%)'],
        rows: Array.from({ length: shown }, (_, j) => [
          j,
          (solution.outputs[j] * 1e6).toPrecision(6),
          (idealOutputs[j] * 1e6).toPrecision(6),
          idealOutputs[j] === 0
            ? ''
            : (100 * (solution.outputs[j] / idealOutputs[j] - 1)).toPrecision(3),
        ]),
        folded: shown > 24,
      },
    ],
  };
}

function mapSection({ run }: CrossbarResults): ReportSection {
  const { rows, columns, voltageDrop, cellVoltage, cellCurrent } = run.maps;
  const map = (values: Float64Array, factor: number, caption: string, quantity: string) =>
    arrayMapFigure(
      values.map((value) => factor * value),
      rows,
      columns,
      { caption, quantity },
    );
  return {
    id: 'maps',
    title: 'Maps of the first input vector',
    blocks: [
      map(
        voltageDrop,
        1e3,
        'Part of the input voltage that the wires take from each cell (IR drop).',
        'voltage drop (mV)',
      ),
      map(cellVoltage, 1e3, 'Voltage across each cell.', 'cell voltage (mV)'),
      map(cellCurrent, 1e6, 'Current through each cell.', 'cell current (uA)'),
    ],
  };
}

function powerSection({ run }: CrossbarResults): ReportSection {
  const { delivered, cells, wordLines, bitLines, drivers, loads } = run.power;
  const parts = { cells, 'word lines': wordLines, 'bit lines': bitLines, drivers, loads };
  return {
    id: 'power',
    title: 'Power',
    blocks: [
      {
        kind: 'table',
        caption: `Of the first input vector: the sources deliver ${formatQuantity(delivered, 'W', 4)}. Drivers and loads have their end segments.`,
        columns: ['where', 'power', 'share (%)'],
        rows: Object.entries(parts).map(([name, watt]) => [
          name,
          formatQuantity(watt, 'W', 4),
          delivered === 0 ? '' : ((100 * watt) / delivered).toPrecision(3),
        ]),
      },
    ],
  };
}

function monteCarloSection({ ensemble, run }: CrossbarResults): ReportSection[] {
  if (!ensemble) return [];
  const { outputs, inputs, deviation, chips } = ensemble;
  return [
    {
      id: 'monte-carlo',
      title: `${chips} chips`,
      blocks: [
        arrayMapFigure(
          Float64Array.from({ length: inputs * outputs }, (_, k) => {
            const [input, output] = [Math.floor(k / outputs), k % outputs];
            return 1e6 * deviation[output * inputs + input];
          }),
          inputs,
          outputs,
          {
            caption: `Standard deviation of each entry of T over ${chips} drawn chips of ${run.crossbar.rows} x ${run.crossbar.columns} cells.`,
            quantity: 'deviation of T (uA/V)',
          },
        ),
      ],
    },
  ];
}
