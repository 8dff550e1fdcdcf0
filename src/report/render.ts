import type {
  ReportBlock,
  ReportDocument,
  ReportFigure,
  ReportSection,
  ReportTable,
} from './document.js';
import { escapeHtml, inlineMarkup, jsonForScript } from './escape.js';
import { figureScript } from './figure-script.js';
import { STYLE } from './style.js';

export interface RenderOptions {
  /** Source text of the plotly bundle; without it figures are replaced by their description. */
  readonly plotlySource?: string;
}

/**
 * Draws a report as one self-contained HTML page that opens from disk offline: style, data and the
 * plotting library are inlined, nothing is fetched. Pure: the caller reads the library and writes the file.
 */
export function renderReport(report: ReportDocument, { plotlySource }: RenderOptions = {}): string {
  const figures: ReportFigure[] = [];
  const body = report.sections.map((section) => renderSection(section, figures)).join('\n');
  const withFigures = figures.length > 0 && plotlySource !== undefined;
  const scripts = withFigures
    ? `<script>${plotlySource.replaceAll('</script', '<\\/script')}</script>\n<script>${figureScript(jsonForScript(figures))}</script>`
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><ol>${report.sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ol></nav>
<main>
<header>
<h1>${escapeHtml(report.title)}</h1>
<p class="answer">${inlineMarkup(report.answer)}</p>
<dl class="facts">${report.facts.map(renderFact).join('')}</dl>
</header>
${body}
<footer>${inlineMarkup(report.footer)}</footer>
</main>
${scripts}
</body>
</html>
`;
}

const renderFact = ({ label, value, note }: ReportDocument['facts'][number]): string =>
  `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${note ? `<small>${escapeHtml(note)}</small>` : ''}</dd></div>`;

const renderSection = ({ id, title, blocks }: ReportSection, figures: ReportFigure[]): string =>
  `<section id="${id}"><h2>${escapeHtml(title)}</h2>\n${blocks.map((block) => renderBlock(block, figures)).join('\n')}</section>`;

function renderBlock(block: ReportBlock, figures: ReportFigure[]): string {
  switch (block.kind) {
    case 'text':
      return `<p>${inlineMarkup(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inlineMarkup(item)}</li>`).join('')}</ul>`;
    case 'code': {
      const caption = block.caption
        ? `<figcaption>${inlineMarkup(block.caption)}</figcaption>`
        : '';
      return `<figure class="code">${caption}<pre><code>${escapeHtml(block.text)}</code></pre></figure>`;
    }
    case 'note':
      return `<p class="note ${block.level}">${inlineMarkup(block.text)}</p>`;
    case 'table':
      return renderTable(block);
    case 'figure':
      figures.push(block);
      return renderFigure(block, figures.length - 1);
  }
}

const renderFigure = ({ caption, alt, height = 400 }: ReportFigure, index: number): string =>
  `<figure><div class="plot" id="figure-${index}" role="img" aria-label="${escapeHtml(alt)}" style="min-height:${height}px">` +
  `<noscript>${escapeHtml(alt)}</noscript></div><figcaption><b>Figure ${index + 1}.</b> ${inlineMarkup(caption)}</figcaption></figure>`;

function renderTable({ caption, columns, rows, folded = false }: ReportTable): string {
  const numeric = columns.map((_, j) => rows.length > 0 && rows.every((row) => isNumeric(row[j])));
  const heading = (column: string, j: number) =>
    `<th scope="col"${numeric[j] ? ' class="number"' : ''}>${inlineMarkup(column)}</th>`;
  const head = `<thead><tr>${columns.map(heading).join('')}</tr></thead>`;
  const cell = (value: string | number) =>
    isNumeric(value)
      ? `<td class="number">${escapeHtml(String(value))}</td>`
      : `<td>${inlineMarkup(String(value))}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('');
  const table = `<table>${head}<tbody>${body}</tbody></table>`;
  return folded
    ? `<details><summary>${inlineMarkup(caption)}</summary><div class="table">${table}</div></details>`
    : `<figure><figcaption>${inlineMarkup(caption)}</figcaption><div class="table">${table}</div></figure>`;
}

const isNumeric = (value: string | number): boolean =>
  typeof value === 'number' || value === '' || /^[+-]?[\d.,]+(e[+-]?\d+)?( ?%)?$/i.test(value);
