/**
 * Reads pickles (Python's pickletools documents the machine) as plain data. Nothing is ever called or looked
 * up: a class becomes a `PickleGlobal` with its dotted name, a call a `PickleCall`, and whoever reads the
 * result decides which names mean something. Throws `PickleError` for anything else.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleCall
  | PicklePersistent;

export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}
export interface PickleCall {
  readonly kind: 'call';
  readonly callee: PickleGlobal;
  readonly args: readonly PickleValue[];
  /** What SETITEMS added to the object. */
  readonly items: Map<PickleValue, PickleValue>;
  /** What BUILD gave it. */
  state?: PickleValue;
}
export interface PicklePersistent {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

export class PickleError extends Error {
  override readonly name = 'PickleError';
}

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** Reads one pickle from `offset`; gives its value and the offset after it. `allowed` lists the globals. */
export function readPickle(
  bytes: Uint8Array,
  offset: number,
  allowed: ReadonlySet<string>,
): { readonly value: PickleValue; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Slot[] = [];
  const memo = new Map<number, PickleValue>();
  let at = offset;

  const need = (count: number): number => {
    const from = at;
    if (!(count >= 0) || from + count > bytes.length)
      throw new PickleError(
        `cut off: ${count} bytes wanted at offset ${from}, got ${bytes.length - from}`,
      );
    at += count;
    return from;
  };
  const u8 = (): number => bytes[need(1)];
  const u32 = (): number => view.getUint32(need(4), true);
  const text = (length: number): string => {
    const from = need(length);
    return new TextDecoder().decode(bytes.subarray(from, from + length));
  };
  /** Python 2 strings are bytes: text where they are ASCII. */
  const byteString = (length: number): string | Uint8Array => {
    const from = need(length);
    const raw = bytes.slice(from, from + length);
    return raw.every((byte) => byte < 0x80) ? new TextDecoder().decode(raw) : raw;
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new PickleError('cut off inside a line');
    const result = text(end - at);
    at += 1;
    return result;
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw new PickleError('stack underflow');
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleError('no mark on the stack');
    return stack.splice(mark).slice(1) as PickleValue[];
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const remembered = (key: number): PickleValue => {
    const value = memo.get(key);
    if (value === undefined) throw new PickleError(`memo ${key} was never set`);
    return value;
  };
  const global = (module: string, name: string): PickleGlobal => {
    const full = `${module}.${name}`;
    if (!allowed.has(full)) throw new PickleError(`foreign class "${full}"`);
    return { kind: 'global', name: full };
  };
  const append = (values: readonly PickleValue[]): void => {
    const list = top();
    if (!Array.isArray(list)) throw new PickleError('APPEND to what is no list');
    (list as PickleValue[]).push(...values);
  };
  const setItems = (pairs: readonly PickleValue[]): void => {
    const target = itemsOf(top());
    if (!target) throw new PickleError('SETITEM on what is no dictionary');
    for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  };
  const littleEndian = (length: number): number | bigint => {
    const from = need(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[from + i]);
    if (length > 0 && bytes[from + length - 1] & 0x80) value -= 1n << BigInt(8 * length);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };

  for (;;) {
    const opcode = u8();
    switch (opcode) {
      case 0x80: // PROTO
        u8();
        break;
      case 0x95: // FRAME
        need(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        popToMark();
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(u8());
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(need(2), true));
        break;
      case 0x8b: {
        // LONG4
        stack.push(littleEndian(u32()));
        break;
      }
      case 0x4a: // BININT
        stack.push(view.getInt32(need(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(littleEndian(u8()));
        break;
      case 0x49: // INT
        stack.push(Number(line()));
        break;
      case 0x4c: // LONG
        stack.push(Number(line().replace(/L$/, '')));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(need(8), false));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(u32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(u8()));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(byteString(u8()));
        break;
      case 0x54: // BINSTRING
        stack.push(byteString(u32()));
        break;
      case 0x43: {
        // SHORT_BINBYTES
        const length = u8();
        const from = need(length);
        stack.push(bytes.slice(from, from + length));
        break;
      }
      case 0x42: {
        // BINBYTES
        const length = u32();
        const from = need(length);
        stack.push(bytes.slice(from, from + length));
        break;
      }
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        break;
      case 0x74: // TUPLE
      case 0x6c: // LIST
        stack.push(popToMark());
        break;
      case 0x64: {
        // DICT
        const pairs = popToMark();
        stack.push(new Map());
        setItems(pairs);
        break;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const values = Array.from({ length: opcode - 0x84 }, pop).reverse();
        stack.push(values);
        break;
      }
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popToMark());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        memo.set(u8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(u32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        stack.push(remembered(u8()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(remembered(u32()));
        break;
      case 0x63: {
        // GLOBAL
        const module = line();
        stack.push(global(module, line()));
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const [name, module] = [pop(), pop()];
        if (typeof name !== 'string' || typeof module !== 'string')
          throw new PickleError('a class name that is no string');
        stack.push(global(module, name));
        break;
      }
      case 0x81: // NEWOBJ
      case 0x52: {
        // REDUCE
        const [args, callee] = [pop(), pop()];
        if (!isKind(callee, 'global') || !Array.isArray(args))
          throw new PickleError('a call of what is no allowed class');
        stack.push({ kind: 'call', callee, args: args as PickleValue[], items: new Map() });
        break;
      }
      case 0x62: {
        // BUILD: the state of an object.
        const state = pop();
        const object = top();
        if (isKind(object, 'call')) object.state = state;
        break;
      }
      case 0x51: // BINPERSID
        stack.push({ kind: 'persistent', id: pop() });
        break;
      default:
        throw new PickleError(`opcode 0x${opcode.toString(16)} at offset ${at - 1} is not allowed`);
    }
  }
}

export function isKind<Kind extends 'global' | 'call' | 'persistent'>(
  value: PickleValue,
  kind: Kind,
): value is Extract<PickleValue, { readonly kind: Kind }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value as { kind: unknown }).kind === kind
  );
}

const DICTIONARIES: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'builtins.dict',
  '__builtin__.dict',
]);

/** The entries of a dictionary, or of an OrderedDict built by calls. */
export function itemsOf(value: PickleValue): Map<PickleValue, PickleValue> | undefined {
  if (value instanceof Map) return value;
  return isKind(value, 'call') && DICTIONARIES.has(value.callee.name) ? value.items : undefined;
}
