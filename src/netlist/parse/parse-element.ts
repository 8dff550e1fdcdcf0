import { isLetter } from '../characters.js';
import type { ElementCard } from '../deck.js';
import { readFields, type Field } from '../fields.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { internName } from '../name-table.js';
import { netlistError } from '../problem.js';
import {
  cardOf,
  elementError,
  endPlace,
  expressionOf,
  peekWord,
  readName,
  readNode,
  readTail,
  readValue,
  type ElementLine,
} from './element-line.js';
import {
  readBehaviouralSource,
  readCurrentControlled,
  readVoltageControlled,
} from './parse-controlled-source.js';
import { readIndependentSource } from './parse-independent-source.js';
import { warn, type ParseState } from './state.js';

/** How each element line is written; also the mend of its errors. */
const USAGE: Readonly<Record<string, string>> = {
  r: 'Rname node1 node2 value',
  c: 'Cname node1 node2 value',
  l: 'Lname node1 node2 value',
  k: 'Kname L1 L2 coupling',
  d: 'Dname anode cathode model',
  q: 'Qname collector base emitter [substrate] model',
  j: 'Jname drain gate source model',
  m: 'Mname drain gate source bulk model [w=... l=...]',
  s: 'Sname n+ n- control+ control- model [on|off]',
  w: 'Wname n+ n- Vcontrol model [on|off]',
  x: 'Xname node ... subcircuit [parameter=value]',
  y: 'Yname node ... model [parameter=value]',
};
const FLAGS = ['on', 'off'];

/** Reads one element line and adds its card to the current block. */
export function parseElement(state: ParseState, line: LogicalLine): void {
  const fields = readFields(state.sources, line);
  const first = fields.at(0);
  const letter = line.text.charCodeAt(line.start);
  if (first?.key !== undefined || first?.kind !== 'word' || !isLetter(letter)) {
    throw netlistError(state.sources, {
      code: 'unknown-statement',
      what: 'this line is neither an element nor a dot command',
      place: placeOf(line, line.start),
      length: line.end - line.start,
      mend: 'elements begin with a letter, commands with a dot, comments with *',
    });
  }
  const element: ElementLine = {
    state,
    line,
    kind: first.text[0].toLowerCase(),
    name: first.text.toLowerCase(),
    written: first.text,
    place: first.place,
    fields,
    next: 1,
  };
  enterName(element);
  state.block.cards.push(readCard(element));
}

function enterName(element: ElementLine): void {
  const { deviceNames, cards } = element.state.block;
  const known = deviceNames.names.length;
  if (internName(deviceNames, element.name) === known) return;
  // Both branches of an .if may hold the same name; elaboration checks the branch that is taken.
  if (element.state.guard >= 0) return;
  if (cards.some(({ name, guard }) => name === element.name && guard >= 0)) return;
  elementError(element, {
    code: 'duplicate-device',
    what: `device "${element.written}" is defined twice`,
    mend: 'rename one of the two',
  });
}

function readCard(element: ElementLine): ElementCard {
  switch (element.kind) {
    case 'r':
    case 'c':
    case 'l':
      return readPassive(element);
    case 'v':
    case 'i':
      return readIndependentSource(element);
    case 'e':
    case 'g':
      return readVoltageControlled(element);
    case 'f':
    case 'h':
      return readCurrentControlled(element);
    case 'b':
      return readBehaviouralSource(element);
    case 'k':
      return readCoupling(element);
    case 'd':
      return readModelDevice(element, 2);
    case 'j':
      return readModelDevice(element, 3);
    case 'q':
      return readBipolar(element);
    case 'm':
      return readModelDevice(element, 4);
    case 's':
      return readModelDevice(element, 4);
    case 'w':
      return readCurrentSwitch(element);
    case 'x':
      return readInstance(element);
    case 'y':
    case 'n':
      return readOwnDevice(element);
    default:
      return elementError(element, {
        code: 'unknown-element',
        what: `"${element.written}": there is no element with the letter ${element.kind.toUpperCase()}`,
        why: 'known are R C L K V I E F G H B D Q J M S W X Y',
      });
  }
}

function readNodes(element: ElementLine, count: number, usage: string): number[] {
  const nodes: number[] = [];
  while (nodes.length < count) nodes.push(readNode(element, usage));
  return nodes;
}

/** R, C, L: a value, a model with geometry, or both; `r=`, `c=`, `l=` name the value. */
function readPassive(element: ElementLine): ElementCard {
  const usage = USAGE[element.kind];
  const nodes = readNodes(element, 2, usage);
  const values = [];
  while (values.length < 2 && peekWord(element)) {
    const field = element.fields[element.next];
    const isNumber = /^[-+.\d]/.test(field.text) || field.kind === 'expression';
    // A second number has no meaning; a name beside a number is a model.
    if (values.length === 1 && isNumber && /^[-+.\d]/.test(element.fields[element.next - 1].text))
      break;
    if (element.kind === 'r') warnUpperCaseM(element, field);
    values.push(expressionOf(element, field));
    element.next += 1;
  }
  const { parameters } = readListTail(element, usage);
  if (values.length === 0 && parameters.length === 0) readValue(element, usage);
  return cardOf(element, { nodes, values, parameters });
}

/** `1M` is a milliohm in SPICE; somebody who writes an upper-case M mostly means mega. */
function warnUpperCaseM({ state, written }: ElementLine, { kind, text, place }: Field): void {
  if (kind !== 'word' || !/^[-+]?[\d.]+M(?![eE][gG]|[iI][lL])/.test(text)) return;
  warn(state, {
    code: 'upper-case-m',
    what: `${written}: "${text}" is milliohm, since M is milli in SPICE`,
    place,
    length: text.length,
    mend: `write ${text.replace('M', 'MEG')} for mega, or ${text.replace('M', 'm')} if milli is meant`,
  });
}

function readCoupling(element: ElementLine): ElementCard {
  const usage = USAGE.k;
  const controls = [
    readName(element, 'an inductor', usage),
    readName(element, 'an inductor', usage),
  ];
  while (/^l/i.test(peekWord(element)?.text ?? ''))
    controls.push(readName(element, 'an inductor', usage));
  const keyed = element.fields[element.next];
  const values =
    keyed?.key === 'k' || keyed?.key === 'coupling'
      ? [expressionOf(element, keyed)]
      : [readValue(element, usage)];
  if (keyed?.key !== undefined) element.next += 1;
  readTail(element, usage);
  return cardOf(element, { nodes: [], values, controls });
}

/** Devices with a fixed number of nodes, a model, then area, flags and parameters. */
function readModelDevice(element: ElementLine, nodeCount: number): ElementCard {
  const usage = USAGE[element.kind];
  const nodes = readNodes(element, nodeCount, usage);
  const model = readName(element, 'its model', usage);
  const area = peekWord(element);
  const values =
    area && (area.kind === 'expression' || /^[-+.\d]/.test(area.text))
      ? [readValue(element, usage)]
      : [];
  const { parameters, flags } = readListTail(element, usage);
  return cardOf(element, { nodes, model, values, parameters, flags });
}

/** Further values of a key: `ic=vds,vgs,vbs` means ic, ic2, ic3; `tc=a,b` means tc1, tc2. */
const VALUE_LISTS: Readonly<Record<string, readonly string[]>> = {
  ic: ['ic', 'ic2', 'ic3'],
  tc: ['tc1', 'tc2'],
};

/** As `readTail`, with the values that follow a key by a comma given names of their own. */
function readListTail(element: ElementLine, usage: string) {
  const named = element.fields.some(({ key }) => key !== undefined && key in VALUE_LISTS);
  if (!named) return readTail(element, usage, FLAGS);
  let list: readonly string[] = [];
  let position = 0;
  const fields = element.fields.map((field) => {
    if (field.key !== undefined) {
      list = VALUE_LISTS[field.key] ?? [];
      position = 0;
    } else position += 1;
    const isValue = field.kind === 'expression' || /^[-+.\d]/.test(field.text);
    if (position >= list.length || !isValue) return field;
    return { ...field, key: list[position] };
  });
  const renamed = { ...element, fields };
  const tail = readTail(renamed, usage, FLAGS);
  element.next = renamed.next;
  return tail;
}

function readBipolar(element: ElementLine): ElementCard {
  const positional = element.fields.slice(1).findIndex(({ key }) => key !== undefined);
  const words = positional < 0 ? element.fields.length - 1 : positional;
  const fifth = element.fields[5];
  const hasSubstrate =
    words >= 5 &&
    fifth.kind === 'word' &&
    !/^[-+.\d]/.test(fifth.text) &&
    !FLAGS.includes(fifth.text.toLowerCase());
  return readModelDevice(element, hasSubstrate ? 4 : 3);
}

function readCurrentSwitch(element: ElementLine): ElementCard {
  const usage = USAGE.w;
  const nodes = readNodes(element, 2, usage);
  const controls = [readName(element, 'its controlling source', usage)];
  const model = readName(element, 'its model', usage);
  return cardOf(element, { nodes, controls, model, ...readTail(element, usage, FLAGS) });
}

/** The words up to the first `name=` or `params:`; the last of them names subcircuit or model. */
function readNodesAndName(element: ElementLine, what: string, usage: string) {
  const words: number[] = [];
  for (let k = element.next; k < element.fields.length; k += 1) {
    const { key, kind, text } = element.fields[k];
    if (key !== undefined || kind !== 'word' || /^params:?$/i.test(text)) break;
    words.push(k);
  }
  if (words.length < 1) readName(element, what, usage);
  const nodes = words
    .slice(0, -1)
    .map((k) => internName(element.state.block.nodes, element.fields[k].text));
  element.next = words[words.length - 1];
  const model = readName(element, what, usage);
  if (/^params:?$/i.test(peekWord(element)?.text ?? '')) element.next += 1;
  return { nodes, model };
}

function readInstance(element: ElementLine): ElementCard {
  const usage = USAGE.x;
  const { nodes, model } = readNodesAndName(element, 'its subcircuit', usage);
  const { parameters } = readTail(element, usage);
  return cardOf(element, { nodes, model, parameters });
}

/** Memristors and other devices of our own; Xyce's `YMEMRISTOR name node ... model` is accepted. */
function readOwnDevice(element: ElementLine): ElementCard {
  const usage = USAGE.y;
  const typed = /^y(memristor|mtj)$/.test(element.name);
  const named = typed
    ? { ...element, name: `y${readName(element, 'its name', usage).name}`, next: element.next }
    : element;
  const { nodes, model } = readNodesAndName(named, 'its model', usage);
  if (nodes.length < 2) {
    elementError(element, {
      code: 'missing-node',
      what: `${element.written} needs two nodes and a model`,
      place: endPlace(element),
      length: 1,
      mend: `write ${usage}`,
    });
  }
  const { parameters, flags } = readTail(named, usage, FLAGS);
  return cardOf({ ...named, kind: 'y' }, { nodes, model, parameters, flags });
}
