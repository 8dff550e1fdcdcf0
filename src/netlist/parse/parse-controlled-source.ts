import { skipBlanks } from '../characters.js';
import type { BehaviourCard, ElementCard, NameReference } from '../deck.js';
import { readExpression } from '../expression/parse-expression.js';
import { polynomial } from '../expression/polynomial.js';
import type { Expression } from '../expression/syntax.js';
import { expressionReader, readFields, type Field } from '../fields.js';
import { internName } from '../name-table.js';
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

const MOST_COEFFICIENTS = 300;
/** Words of other dialects that change nothing: `E1 a b VCVS c d 2`. */
const NOISE_WORDS = new Set(['vcvs', 'vccs', 'cccs', 'ccvs']);

const outputOf = (kind: string): BehaviourCard['output'] =>
  kind === 'e' || kind === 'h' ? 'voltage' : 'current';

/** E and G: linear, POLY, VALUE, TABLE or an expression. */
export function readVoltageControlled(element: ElementLine): ElementCard {
  const usage = `${element.kind.toUpperCase()}name n+ n- control+ control- gain`;
  const nodes = [readNode(element, usage), readNode(element, usage)];
  skipNoise(element);
  const behavioural = readBehaviourForm(element, nodes, usage);
  if (behavioural) return behavioural;
  const control = [readNode(element, usage), readNode(element, usage)];
  const values = [readGain(element, usage)];
  const { parameters } = readTail(element, usage);
  return cardOf(element, { nodes: [...nodes, ...control], values, parameters });
}

/** F and H: linear, POLY, VALUE. */
export function readCurrentControlled(element: ElementLine): ElementCard {
  const usage = `${element.kind.toUpperCase()}name n+ n- Vcontrol gain`;
  const nodes = [readNode(element, usage), readNode(element, usage)];
  skipNoise(element);
  const behavioural = readBehaviourForm(element, nodes, usage);
  if (behavioural) return behavioural;
  const controls = [readName(element, 'its controlling source', usage)];
  const values = [readGain(element, usage)];
  const { parameters } = readTail(element, usage);
  return cardOf(element, { nodes, controls, values, parameters });
}

function readGain(element: ElementLine, usage: string): Expression {
  const field = element.fields[element.next];
  if (field?.key !== 'gain') return readValue(element, usage);
  element.next += 1;
  return expressionOf(element, field);
}

function skipNoise(element: ElementLine): void {
  if (NOISE_WORDS.has(peekWord(element)?.text.toLowerCase() ?? '')) element.next += 1;
}

/** The forms that are not linear; `undefined` when the line goes on with control nodes and a gain. */
function readBehaviourForm(
  element: ElementLine,
  nodes: readonly number[],
  usage: string,
): ElementCard | undefined {
  const field = element.fields[element.next];
  if (!field) return undefined;
  const word = (field.key ?? (field.kind === 'word' ? field.text : '')).toLowerCase();
  if (word === 'poly') return readPolynomial(element, nodes, usage);
  if (word === 'table') return readTable(element, nodes, field);
  const keyed =
    ['value', 'vol', 'cur', 'v', 'i'].includes(word) &&
    (field.key !== undefined || word === 'value');
  if (!keyed && field.kind !== 'expression') return undefined;
  if (
    !keyed &&
    element.fields[element.next + 1]?.key === undefined &&
    element.fields[element.next + 1]
  ) {
    return undefined;
  }
  return behaviourCard(element, nodes, expressionStart(element, field));
}

/** Offset at which the expression of `VALUE = {...}`, `V=...` or `{...}` begins. */
function expressionStart({ line }: ElementLine, field: Field): number {
  if (field.kind === 'expression' && field.key === undefined) return field.start - 1;
  if (field.key === undefined) return skipBlanks(line.text, field.end, line.end);
  // Fields leave parentheses out; here they belong to the expression: V=(a+b)*c.
  return skipBlanks(line.text, line.text.lastIndexOf('=', field.start) + 1, line.end);
}

/** Reads one expression from `at` on, then what may follow it. */
function behaviourCard(
  element: ElementLine,
  nodes: readonly number[],
  at: number,
  output = outputOf(element.kind),
): ElementCard {
  const { state, line } = element;
  const reader = expressionReader(state.sources, line, at, line.end);
  const expression = readExpression(reader);
  const text = line.text.slice(at, reader.at).trim();
  const rest: ElementLine = {
    ...element,
    fields: readFields(state.sources, line, reader.at),
    next: 0,
  };
  const { parameters } = readTail(rest, 'one expression, then parameters such as m=2');
  return cardOf(element, {
    nodes,
    behaviour: { output, expression, text },
    parameters,
  });
}

/** B: `V=expression` or `I=expression`. */
export function readBehaviouralSource(element: ElementLine): ElementCard {
  const usage = 'Bname n+ n- V=expression, or I=expression';
  const nodes = [readNode(element, usage), readNode(element, usage)];
  const field = element.fields[element.next];
  const key = field?.key;
  if (!field || (key !== 'v' && key !== 'i')) {
    return elementError(element, {
      code: 'missing-value',
      what: `${element.written} needs V=... or I=...`,
      place: field?.place ?? endPlace(element),
      length: 1,
      mend: `write ${usage}`,
    });
  }
  const at = expressionStart(element, field);
  return behaviourCard(element, nodes, at, key === 'v' ? 'voltage' : 'current');
}

function readTable(element: ElementLine, nodes: readonly number[], field: Field): ElementCard {
  element.next += 1;
  const input = field.key === undefined ? element.fields[element.next] : field;
  if (input?.kind !== 'expression') {
    return elementError(element, {
      code: 'table',
      what: `${element.written}: TABLE needs its input in braces`,
      mend: 'write TABLE {v(a)} = (x1,y1) (x2,y2)',
    });
  }
  if (field.key === undefined) element.next += 1;
  const points: Expression[] = [];
  for (let point = peekWord(element); point; point = peekWord(element)) {
    points.push(expressionOf(element, point));
    element.next += 1;
  }
  const { parameters } = readTail(element, 'TABLE {input} = (x1,y1) (x2,y2)');
  if (points.length < 2 || points.length % 2 === 1) {
    elementError(element, {
      code: 'table',
      what: `${element.written}: TABLE needs pairs of x and y, ${points.length} numbers given`,
      place: field.place,
    });
  }
  const expression: Expression = {
    type: 'table',
    input: expressionOf(element, input),
    points,
    place: input.place,
  };
  return cardOf(element, {
    nodes,
    behaviour: {
      output: outputOf(element.kind),
      expression,
      text: `table {${input.text}}`,
    },
    parameters,
  });
}

function readPolynomial(
  element: ElementLine,
  nodes: readonly number[],
  usage: string,
): ElementCard {
  const keyword = element.fields[element.next];
  element.next += 1;
  const dimension = Number(peekWord(element)?.text);
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > 20) {
    elementError(element, {
      code: 'polynomial',
      what: `${element.written}: POLY needs its dimension`,
      place: keyword.place,
      length: 4,
      mend: 'write POLY(1) or POLY(2)',
    });
  }
  element.next += 1;
  const byVoltage = element.kind === 'e' || element.kind === 'g';
  const probes = Array.from({ length: dimension }, (): Expression => {
    const place = peekWord(element)?.place ?? element.place;
    const name = (what: string): NameReference => readName(element, what, usage);
    return byVoltage
      ? {
          type: 'probe',
          quantity: 'v',
          names: [
            nodeName(element, name('a control node').name),
            nodeName(element, name('a control node').name),
          ],
          place,
        }
      : {
          type: 'probe',
          quantity: 'i',
          names: [name('a controlling source').name],
          place,
        };
  });
  const coefficients: Expression[] = [readValue(element, usage)];
  for (let field = peekWord(element); field; field = peekWord(element)) {
    coefficients.push(expressionOf(element, field));
    element.next += 1;
  }
  const { parameters } = readTail(element, usage);
  if (coefficients.length > MOST_COEFFICIENTS) {
    elementError(element, {
      code: 'polynomial',
      what: `${element.written}: POLY has ${coefficients.length} coefficients, ${MOST_COEFFICIENTS} at most`,
      place: keyword.place,
      length: 4,
      mend: 'write it as an expression: VALUE={...}',
    });
  }
  const expression = polynomial(probes, coefficients, keyword.place);
  return cardOf(element, {
    nodes,
    behaviour: {
      output: outputOf(element.kind),
      expression,
      text: `poly(${dimension})`,
    },
    parameters,
  });
}

function nodeName(element: ElementLine, name: string): string {
  internName(element.state.block.nodes, name);
  return name;
}
