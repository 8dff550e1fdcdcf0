import { formatDiagnostic } from '../../errors/index.js';
import type { ReportSection } from '../../report/index.js';
import { assumptions } from './assumptions.js';
import type { RunResults } from './run-experiment.js';

/** The experiment as it was understood. */
export function configurationSection({ experiment, mapping }: RunResults): ReportSection {
  const { policy } = mapping;
  return {
    id: 'configuration',
    title: 'Effective configuration',
    blocks: [
      {
        kind: 'text',
        text: `First layer: **${policy.first}**; head (last layer): **${policy.last}**.`,
      },
      {
        kind: 'code',
        text: JSON.stringify(experiment, null, 2),
        caption: 'The experiment with every default filled in (SI units)',
      },
    ],
  };
}

/** What the run takes for granted, and what it warned of. */
export function assumptionSection({ warnings, mapping, curve }: RunResults): ReportSection {
  return {
    id: 'assumptions',
    title: 'Assumptions, sources and warnings',
    blocks: [
      { kind: 'list', items: assumptions(mapping, curve) },
      ...(warnings.length === 0
        ? [{ kind: 'note' as const, level: 'info' as const, text: 'No warnings.' }]
        : warnings.map((warning) => ({
            kind: 'note' as const,
            level: 'warning' as const,
            text: formatDiagnostic(warning),
          }))),
    ],
  };
}

/** The command, the seeds and the files that give this report again. */
export function reproduceSection({ command, inputs, experiment }: RunResults): ReportSection {
  return {
    id: 'reproduce',
    title: 'How to reproduce',
    blocks: [
      { kind: 'code', text: command },
      {
        kind: 'text',
        text: `Every random number is keyed by (seed, purpose, index): seed ${experiment.seed} for the calibration, ${experiment.seeds.join(', ')} for the conversions. The same seeds give the same predictions for any number of threads.`,
      },
      {
        kind: 'table',
        caption: 'Input files',
        columns: ['what', 'file', 'SHA-256'],
        rows: inputs.map(({ role, path, sha256 }) => [role, path, sha256.slice(0, 16)]),
      },
    ],
  };
}
