import type { FieldDescription } from '../units/index.js';

/** One key of one kind of file, with its section in front: `mtj.alpha`, `mapping.rows`. */
export interface CatalogueEntry extends FieldDescription {
  /** The kind of file the key stands in. */
  readonly file: string;
}

/** Every key of every file that Spinbar reads, in the order of the journey. */
export async function catalogue(): Promise<CatalogueEntry[]> {
  const { describeSchema } = await import('../units/index.js');
  const { deviceSchema } = await import('../magnetics/device-schema.js');
  const { protocolSchema } = await import('../calibration/protocol-schema.js');
  const { magnetProblemSchema } = await import('../calibration/magnet-problem.js');
  const { surfacePlanSchema } = await import('../calibration/surface-schema.js');
  const { crossbarSpecSchema } = await import('../crossbar/index.js');
  const { experimentSchema } = await import('./schema.js');
  const { componentLibrarySchema, readoutSchema } = await import('../architecture/index.js');
  const entries = (schema: Parameters<typeof describeSchema>[0], file: string, prefix = '') =>
    describeSchema(schema).map((field) => ({ ...field, path: prefix + field.path, file }));
  return [
    ...entries(deviceSchema, 'device file'),
    ...entries(protocolSchema, 'protocol file', 'protocol.'),
    ...entries(magnetProblemSchema, 'magnet problem', 'problem.'),
    ...entries(surfacePlanSchema, 'surface plan', 'surface.'),
    ...entries(crossbarSpecSchema, 'crossbar spec', 'crossbarSpec.'),
    ...entries(experimentSchema, 'experiment file'),
    ...entries(componentLibrarySchema, 'component set', 'components.'),
    ...entries(readoutSchema, 'read-out file', 'readout.'),
  ];
}
