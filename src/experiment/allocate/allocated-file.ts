import { dirname, relative, resolve } from 'node:path';
import { parseDocument, type Document } from 'yaml';
import type { Samples } from '../../network/index.js';
import type { Override } from '../overrides.js';

/** Keys that hold paths relative to the file. */
const PATHS = [
  ['netlist'],
  ['device'],
  ['protocol'],
  ['weights'],
  ['model', 'float'],
  ['model', 'stochastic'],
  ['data', 'folder'],
  ['converter', 'curve'],
  ['architecture', 'device'],
  ['architecture', 'protocol'],
];
/** Keys whose bare names stand for files of the package. */
const NAMES = [
  ['architecture', 'components'],
  ['architecture', 'readout'],
];

/**
 * The experiment file with samples by layer, as text for `folder`: comments kept, overrides of the file
 * written in, paths from the new place. Overrides of the device or protocol cannot be: they are named above.
 */
export function allocatedFile(
  { text, path, overrides }: { text: string; path: string; overrides: readonly Override[] },
  samples: Samples,
  { folder, headline }: { folder: string; headline: string },
): string {
  const document = parseDocument(text);
  const elsewhere = overrides.filter(
    ({ path: [first] }) => first === 'mtj' || first === 'protocol',
  );
  for (const { path: keys, value } of overrides)
    if (!elsewhere.some((one) => one.path === keys)) document.setIn(keys, value);
  const score = document.get('kind') === 'network-score';
  if (score) document.setIn(['converter', 'samples'], samples);
  else document.set('samples', [samples]);
  for (const keys of PATHS) moved(document, keys, { path, folder });
  for (const keys of NAMES)
    if (/[./\\]/.test(String(document.getIn(keys)))) moved(document, keys, { path, folder });
  const remarks = [
    headline,
    ...elsewhere.map((one) => `It needs --set '${one.text}', which belongs to another file.`),
  ];
  return `${remarks.map((line) => `# ${line}\n`).join('')}${document.toString({ lineWidth: 0 })}`;
}

function moved(
  document: Document,
  keys: readonly string[],
  { path, folder }: { readonly path: string; readonly folder: string },
): void {
  const value = document.getIn(keys);
  if (typeof value !== 'string') return;
  document.setIn(keys, relative(folder, resolve(dirname(path), value)) || '.');
}
