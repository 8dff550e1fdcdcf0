import type { FieldDescription } from '../units/index.js';

/** One key of one kind of file, with the section that names the kind in front: `mtj.alpha`. */
export interface CatalogueEntry extends FieldDescription {
  /** The kind of file the key stands in. */
  readonly file: string;
}

/** Every key of every file that Spinbar reads, in the order of the journey. */
export async function catalogue(): Promise<CatalogueEntry[]> {
  const { describeSchema } = await import('../units/index.js');
  const { experimentSchema } = await import('./schema.js');
  return describeSchema(experimentSchema).map((field) => ({ ...field, file: 'experiment file' }));
}
