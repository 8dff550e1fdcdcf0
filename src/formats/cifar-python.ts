import { invalidInput } from '../errors/index.js';
import type { LabelledImages } from './cifar.js';
import { isKind, itemsOf, PickleError, readPickle, type PickleValue } from './pickle.js';

const ALLOWED: ReadonlySet<string> = new Set([
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray._reconstruct',
  'numpy.ndarray',
  'numpy.dtype',
  '_codecs.encode',
]);
const PIXELS = 3 * 32 * 32;

/**
 * Reads one batch of the Python version of CIFAR-10 or CIFAR-100 (Krizhevsky 2009): a pickled dictionary of
 * `data` and `labels` (or `fine_labels`). Nothing in the file is run. Throws `formats.cifar-python`.
 */
export function readCifarPython(bytes: Uint8Array, file: string): LabelledImages {
  try {
    const items = itemsOf(readPickle(bytes, 0, ALLOWED).value);
    if (!items) throw new PickleError('its top is no dictionary');
    const entry = (name: string): PickleValue | undefined =>
      [...items].find(([key]) => textOf(key) === name)?.[1];
    const labels = entry('fine_labels') ?? entry('labels');
    const pixels = arrayBytes(entry('data'));
    if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'number'))
      throw new PickleError('it has no list of labels');
    const count = labels.length;
    if (count === 0 || pixels.length !== count * PIXELS)
      throw new PickleError(`${pixels.length} bytes of pixels do not fit ${count} labels`);
    return { shape: [3, 32, 32], count, pixels, labels: Uint8Array.from(labels) };
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw invalidInput({
      code: 'formats.cifar-python',
      what: `cannot read the CIFAR batch: ${error.message}`,
      where: { file },
      why: 'only the dictionaries of the official Python version are read, and nothing in them is run',
      mend: 'get the official archive anew',
    });
  }
}

/** Keys are bytes in files of Python 2, text in those of Python 3. */
const textOf = (value: PickleValue): string | undefined =>
  value instanceof Uint8Array
    ? new TextDecoder().decode(value)
    : typeof value === 'string'
      ? value
      : undefined;

/** The data of a numpy array of bytes: the last entry of its state. */
function arrayBytes(value: PickleValue | undefined): Uint8Array {
  if (value === undefined || !isKind(value, 'call') || !Array.isArray(value.state))
    throw new PickleError('it has no array of pixels');
  const data = (value.state as readonly PickleValue[]).at(-1);
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return new TextEncoder().encode(data);
  // Protocol 2 of Python 3 writes bytes as text to be encoded as latin-1.
  if (data !== undefined && isKind(data, 'call') && data.callee.name === '_codecs.encode') {
    const [text] = data.args;
    if (typeof text === 'string')
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
  }
  throw new PickleError('its pixels are no bytes');
}
