import { EXIT, SpinbarError } from '../../errors/index.js';

/** What a run that was asked to stop throws once its state is safe: exit code 75. */
export const checkpointed = (what: string, command: string): SpinbarError =>
  new SpinbarError(
    [
      {
        severity: 'note',
        code: 'experiment.checkpointed',
        what,
        mend: `continue with: ${command} --resume`,
      },
    ],
    EXIT.checkpointed,
  );

/** Bytes in JSON, as base64. */
export const packed = (array: Uint8Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

export const unpackedBytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text, 'base64'));
