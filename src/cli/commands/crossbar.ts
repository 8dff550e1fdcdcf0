import { crossbarFile, crossbarJson } from '../../experiment/crossbar/crossbar-file.js';
import { textTable } from '../../experiment/text-table.js';
import { runOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

/** Output currents that the terminal shows; all are in outputs.csv. */
const SHOWN = 16;

/** `spinbar crossbar SPEC`: solves an array with its wires; currents, maps, T, netlist and report. */
export async function crossbarCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file);
  const results = await crossbarFile(file, run);
  if (options.json) return printJson(crossbarJson(results));
  const { solution, idealOutputs, crossbar, transfer } = results.run;
  const { method, iterations, relativeResidual } = solution.statistics;
  const outputs = idealOutputs.length / solution.vectors;
  const rows = Array.from({ length: Math.min(outputs, SHOWN) }, (_, j) => [
    String(j),
    (solution.outputs[j] * 1e6).toPrecision(7),
    (idealOutputs[j] * 1e6).toPrecision(7),
  ]);
  print(
    [
      `${crossbar.rows} x ${crossbar.columns} cells, ${solution.vectors} input vectors: ${method}, ${iterations} iterations, residual ${relativeResidual.toExponential(1)}`,
      ...(transfer
        ? [
            `T ${transfer.outputs} x ${transfer.inputs}, error ${transfer.errorEstimate.toExponential(1)}`,
          ]
        : []),
      '',
      textTable(['output', 'current uA', 'without wires uA'], rows),
      ...(outputs > SHOWN ? [`... and ${outputs - SHOWN} more in outputs.csv`] : []),
    ].join('\n'),
  );
  note(`report: ${run.out}/report.html`);
}
