import type * as z from 'zod';

/** A section that may be left out: then every key in it takes its default. */
export const withDefaults = <Schema extends z.ZodType>(section: Schema): z.ZodPrefault<Schema> =>
  section.prefault({} as z.input<Schema>);
