import type { Diagnostic } from '../../errors/index.js';
import type { Crossbar } from '../spec.js';

type Finding = Omit<Diagnostic, 'severity'>;

/** Findings about the cell model, its parameters, and cells that it cannot stand for. */
export function checkCells({ cell, topology, conductance, columns }: Crossbar): Finding[] {
  const findings = Object.entries(cell)
    .filter(([key]) => key !== 'kind')
    .filter(([key, value]) => !(Number(value) > 0 || (key === 'outputSiemens' && value === 0)))
    .map(([key, value]) =>
      finding(`invalid cell.${key}: ${value}`, `Give a positive number for the ${cell.kind} cell.`),
    );
  if (topology.kind === 'gated' && !Number.isFinite(topology.readVolt)) {
    findings.push(finding(`invalid topology.readVolt: ${topology.readVolt}`, 'Give volts.'));
  }
  if (cell.kind === 'mtj' && findings.length === 0) {
    const [low, high] = [cell.parallelSiemens / (1 + cell.tmr), cell.parallelSiemens];
    const slack = 1e-12 * high;
    const outside = conductance.findIndex(
      (g) => g !== 0 && !(g >= low - slack && g <= high + slack),
    );
    if (outside >= 0) {
      const place = `(${Math.floor(outside / columns)}, ${outside % columns})`;
      findings.push({
        code: 'crossbar.cell-model',
        what: `conductance ${conductance[outside]} at ${place} is no state of the junction`,
        why: `States lie between antiparallel ${low} S and parallel ${high} S.`,
        mend: 'Use 0 for an open cell, or mend parallelSiemens and tmr.',
      });
    }
  }
  return findings;
}

const finding = (what: string, mend: string): Finding => ({
  code: 'crossbar.cell-model',
  what,
  mend,
});
