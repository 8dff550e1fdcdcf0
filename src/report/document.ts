/**
 * A report as data: what to say, in order, without any HTML. Rooms build it, `renderReport` draws it.
 * Text is plain; `backticks` mark code, **two stars** mark emphasis.
 */
export interface ReportDocument {
  readonly title: string;
  /** The answer in one or two sentences, first thing on the page. */
  readonly answer: string;
  /** Headline numbers, shown as cards under the answer. */
  readonly facts: readonly ReportFact[];
  readonly sections: readonly ReportSection[];
  /** Last line: version, date, seed. */
  readonly footer: string;
}

export interface ReportFact {
  readonly label: string;
  readonly value: string;
  /** Uncertainty, unit or condition, in small type. */
  readonly note?: string;
}

export interface ReportSection {
  /** Anchor, such as `switching-probability`. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

export type ReportBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string; readonly caption?: string }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  | ReportTable
  | ReportFigure;

export interface ReportTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly string[];
  /** Numbers are right-aligned; format them before, units belong in the column title. */
  readonly rows: readonly (readonly (string | number)[])[];
  /** Fold away behind its caption when long. */
  readonly folded?: boolean;
}

/** A plotly figure: traces and layout are plain plotly JSON. */
export interface ReportFigure {
  readonly kind: 'figure';
  readonly caption: string;
  /** What a reader who cannot see the figure must know. */
  readonly alt: string;
  readonly traces: readonly PlotlyTrace[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** Height in CSS pixels; default 400. */
  readonly height?: number;
}

export type PlotlyTrace = Readonly<Record<string, unknown>>;
