import { compareTable, ratiosToFirst } from '../../experiment/compare/compare-table.js';
import { readDesigns, type ComparedDesign } from '../../experiment/compare/compared.js';
import { reportOfCompare } from '../../experiment/compare/report-of-compare.js';
import { writeReportFolder } from '../../experiment/node/report-folder.js';
import type { CommandContext } from '../context.js';

/** `spinbar compare A B C`: experiments and finished runs side by side, ratios against the first design. */
export async function compareCommand(
  context: CommandContext,
  args: readonly string[],
): Promise<void> {
  const { options, print, printJson, note, executor, signal, report } = context;
  const designs: ComparedDesign[] = [];
  for (const argument of args)
    designs.push(
      ...(await readDesigns(argument, { overrides: options.set, executor, signal, report })),
    );
  const json = {
    designs: designs.map((design) => {
      const [energy, latency, area, edp] = ratiosToFirst(designs, design);
      return { ...design, ratiosToFirst: { energy, latency, area, edp } };
    }),
  };
  if (options.out !== undefined) {
    const command = `spinbar compare ${args.join(' ')} --out ${options.out}`;
    const page = writeReportFolder(options.out, {
      force: options.force,
      format: 'spinbar.compare',
      command,
      files: { 'compare.json': `${JSON.stringify(json, null, 2)}\n` },
      report: reportOfCompare(designs, command),
    });
    note(`report: ${page}`);
  }
  if (options.json) return printJson(json);
  print(
    [
      'E, t, A, EDP: how many times a design is smaller than the first; TOPS/W: 2 operations a multiply-accumulate',
      '',
      compareTable(designs),
    ].join('\n'),
  );
}
