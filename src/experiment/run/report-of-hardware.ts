import { curveFunctions } from '../../calibration/index.js';
import { WIRE_ERROR_SHARES } from '../../network/index.js';
import { arrayMapFigure, switchingCurveFigure, type ReportSection } from '../../report/index.js';
import { formatQuantity } from '../../units/index.js';
import type { RunResults } from './run-experiment.js';

const percent = (fraction: number, digits = 2): string => (100 * fraction).toFixed(digits);

/** The device and its curve, as calibrated in this run. */
export function curveSection({ curve, device, inputs }: RunResults): ReportSection {
  const { goodness, centreAmpere, widthAmpere, model } = curve.fit;
  const file = inputs.find(({ role }) => role === 'device');
  return {
    id: 'switching',
    title: 'The magnet: P_sw(I)',
    blocks: [
      {
        kind: 'text',
        text: `${device.description} Protocol: ${curve.protocol.name}. Calibrated in this run by the stochastic Landau-Lifshitz-Gilbert equation with thermal field (Heun, Stratonovich).`,
      },
      switchingCurveFigure(curve, { evaluate: curveFunctions(curve).probability }),
      {
        kind: 'text',
        text: `Fit: ${model}, centre ${formatQuantity(centreAmpere, 'A')}, width ${formatQuantity(widthAmpere, 'A')}; chi-square ${goodness.chiSquare.toFixed(1)} with ${goodness.degreesOfFreedom} degrees of freedom, p = ${goodness.pValue.toPrecision(3)}.`,
      },
      ...(curve.notes ? [{ kind: 'list' as const, items: curve.notes }] : []),
      {
        kind: 'table',
        caption: `Sources of the device's parameters (${file?.path ?? ''}); O marks an assumption of ours`,
        columns: ['parameter', 'source'],
        rows: Object.entries(device.sources),
        folded: true,
      },
    ],
  };
}

/** Layers on arrays, and one tile's wires as a map. */
export function arraySection({ tiles, mapping, netlist }: RunResults): ReportSection {
  const { map } = tiles;
  const { onSiemens, offSiemens, readVolt } = mapping.cell;
  return {
    id: 'arrays',
    title: 'The arrays',
    blocks: [
      {
        kind: 'text',
        text:
          `Cells of ${formatQuantity(1 / onSiemens, 'ohm')} and ${formatQuantity(1 / offSiemens, 'ohm')}, read at ${formatQuantity(readVolt, 'V')}, as found in the netlist ` +
          `“${netlist.title}” unless the experiment says otherwise. A differential pair of columns carries gain * V (G_on - G_off) * PS.`,
      },
      {
        kind: 'table',
        caption: 'Layers on arrays',
        columns: ['layer', 'rows', 'outputs', 'slices', 'chunks', 'tiles', 'gain (mirror ratio)'],
        rows: tiles.layers.map(({ layer, rows, columns, slices, chunks, tiles: count }) => [
          layer,
          rows,
          columns,
          slices,
          chunks,
          count,
          (mapping.layers?.[layer]?.gain ?? mapping.gain).toPrecision(4),
        ]),
      },
      arrayMapFigure(
        map.dropVolt.map((volt) => volt * 1e3),
        map.rows,
        map.columns,
        {
          caption: `Voltage lost in the wires at each cell of one tile of layer ${map.layer} (two bit lines for each output), all rows driven. The pair current most affected loses ${percent(map.largestCurrentLoss)} % of the full scale.`,
          quantity: 'voltage drop (mV)',
          digits: 3,
        },
      ),
      {
        kind: 'note',
        level: 'info',
        text: 'The accuracies above are those of arrays with ideal wires: this map shows what wires would take. Gains are a static current-mirror ratio for each layer, which a chip can realise.',
      },
    ],
  };
}

/** What the wires do: accuracy stands in the table above, here the partial sums of each layer. */
export function wireSection({ wireErrors, experiment }: RunResults): ReportSection[] {
  if (!experiment.wires) return [];
  return [
    {
      id: 'wires',
      title: 'What the wires do to the partial sums',
      blocks: [
        {
          kind: 'text',
          text: 'Every array was solved once with its wires, drivers and loads; its exact transfer matrix then stands in for its digits in every image. Rows marked “wires” above are scored so. The table compares the partial sums of the same drives with and without wires, in units of one digit.',
        },
        {
          kind: 'table',
          caption: 'Difference of partial sums, with wires minus without.',
          columns: [
            'layer',
            'sums',
            'rms sum',
            'rms difference',
            'mean',
            ...WIRE_ERROR_SHARES.map((share) => `${100 * share} %`),
            'attenuation',
          ],
          rows: wireErrors.map((error) => [
            error.layer,
            error.count,
            error.signal.toPrecision(4),
            error.error.toPrecision(3),
            error.mean.toPrecision(3),
            ...error.quantiles.map((value) => value.toPrecision(3)),
            error.attenuation.toFixed(4),
          ]),
        },
      ],
    },
  ];
}

/** What was checked where numbers pass from room to room. */
export function handOverSection({ netlist, tiles, curve }: RunResults): ReportSection {
  const { statistics } = netlist;
  return {
    id: 'hand-overs',
    title: 'Checks of the hand-overs',
    blocks: [
      {
        kind: 'table',
        caption: 'Each number that passes from room to room was computed in this run',
        columns: ['hand-over', 'check', 'deviation'],
        rows: [
          [
            'netlist → crossbar',
            `${netlist.circuitCurrents.length} column currents: circuit engine (${statistics.unknowns} unknowns, ${statistics.solver}) against T v of the crossbar solver`,
            netlist.largestDeviation.toExponential(1),
          ],
          [
            'weights → arrays',
            `${tiles.currents} solved column currents of all tiles against V (G_on - G_off) PS`,
            tiles.largestDeviation.toExponential(1),
          ],
          [
            'magnet → curve',
            `${curve.points.length} simulated points against the ${curve.fit.model} the network draws from`,
            `p = ${curve.fit.goodness.pValue.toPrecision(3)}`,
          ],
        ],
      },
      {
        kind: 'table',
        caption: 'Column currents of the netlist',
        columns: ['bit line', 'circuit engine (A)', 'crossbar solver (A)'],
        rows: Array.from(netlist.circuitCurrents, (current, j) => [
          netlist.found.senses[j],
          current.toExponential(9),
          netlist.crossbarCurrents[j].toExponential(9),
        ]),
        folded: true,
      },
    ],
  };
}
