import type { CellModel } from './model.js';

interface CellNodes {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * SPICE lines of one cell with zero-bias conductance `g` and gate drive `gate` (1 where the input is on
 * the word line): a resistor, or a behavioural current source with the same law as cells/model.ts.
 */
export function cellLines(cell: CellModel, g: number, gate: number, nodes: CellNodes): string[] {
  const { name, from, to } = nodes;
  if (g === 0) return [];
  const v = `v(${from},${to})`;
  switch (cell.kind) {
    case 'linear':
      return gate > 0 ? [`r${name} ${from} ${to} ${1 / (g * gate)}`] : [];
    case 'sinh': {
      const scale = cell.voltageScale;
      return [`b${name} ${from} ${to} i=${g * gate * scale}*sinh(${v}/${scale})`];
    }
    case 'mtj': {
      const { parallelSiemens, tmr, halfVoltage } = cell;
      const share = (parallelSiemens - g) / (parallelSiemens - parallelSiemens / (1 + tmr));
      const s = `(${v}/${halfVoltage})*(${v}/${halfVoltage})`;
      const ratio = `(1+${s})/(${1 + tmr}+${s})`;
      return [
        `b${name} ${from} ${to} i=${gate * parallelSiemens}*${v}*(${1 - share}+${share}*${ratio})`,
      ];
    }
    case '1t1r': {
      const middle = name.replace(/^c/, 'm');
      const k = cell.onSiemens / cell.overdrive;
      const own = cell.overdrive * gate;
      const u = `v(${middle},${to})`;
      const held = `min(abs(${u}),${own})`;
      const channel = `sgn(${u})*${k}*(${own}*${held}-${held}*${held}/2)`;
      return [
        `r${name} ${from} ${middle} ${1 / g}`,
        `b${name} ${middle} ${to} i=${channel}+${cell.outputSiemens}*${u}`,
      ];
    }
  }
}
