import { renderReport, type ReportDocument } from '../../report/index.js';
import { openOutputFolder } from './output-folder.js';
import { plotlySource } from './plotly-source.js';

export interface ReportFolder {
  readonly force: boolean;
  /** Of the manifest, such as `spinbar.cost`. */
  readonly format: string;
  readonly command: string;
  /** Texts by file name, written beside the report. */
  readonly files: Readonly<Record<string, string>>;
  readonly report: ReportDocument;
}

/** Writes a short command's files and its report.html into a folder; returns the page's path. */
export function writeReportFolder(
  out: string,
  { force, format, command, files, report }: ReportFolder,
): string {
  const folder = openOutputFolder(out, { inputs: files, force });
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  folder.write('report.html', renderReport(report, plotlySource()));
  folder.finish({ format, command });
  return `${out}/report.html`;
}
