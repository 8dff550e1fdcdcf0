import type { NodeVoltage } from '../analysis-description.js';
import type { Directive } from '../deck.js';
import { fieldExpression, readFields } from '../fields.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { netlistError } from '../problem.js';
import { requireNode } from './names.js';
import { attempt, type Frame } from './state.js';

/** `.options name[=value] ...`: numbers evaluated, words kept, flags 1. */
export function readOptions(frame: Frame, directive: Directive): Record<string, number | string> {
  const { sources } = frame.elaboration.netlist;
  const options: Record<string, number | string> = {};
  for (const field of readFields(sources, directive.line, directive.at)) {
    const key = (field.key ?? field.text).toLowerCase();
    if (field.key === undefined) options[key] = 1;
    else if (field.kind === 'string' || /^[a-z]/i.test(field.text)) {
      const isParameter =
        field.kind !== 'string' && frame.scope.parameters.has(field.text.toLowerCase());
      options[key] = isParameter ? evaluate() : field.text.toLowerCase();
    } else options[key] = evaluate();
    function evaluate(): number {
      const expression = fieldExpression(sources, directive.line, field);
      return evaluateExpression(expression, frame.scope, `.options.${key}`);
    }
  }
  return options;
}

/** `.temp` values in degree Celsius. */
export function readTemperatures(frame: Frame, directive: Directive): number[] {
  const { sources } = frame.elaboration.netlist;
  return readFields(sources, directive.line, directive.at).map((field) =>
    evaluateExpression(fieldExpression(sources, directive.line, field), frame.scope, '.temp'),
  );
}

/** `.ic v(a)=1 v(b)=2` and `.nodeset`: voltages by node. */
export function readNodeVoltages(frame: Frame, directive: Directive): NodeVoltage[] {
  const { elaboration } = frame;
  const { sources } = elaboration.netlist;
  const fields = readFields(sources, directive.line, directive.at);
  const found: NodeVoltage[] = [];
  for (let k = 0; k < fields.length; k += 1) {
    if (fields[k].key === undefined && /^(v|all)$/i.test(fields[k].text)) continue;
    attempt(elaboration, () => {
      // `v(a)=1` is cut at its parentheses: the node is the key of the value.
      const { key, place } = fields[k];
      if (key === undefined) {
        throw netlistError(sources, {
          code: 'directive',
          what: `${directive.keyword}: "${fields[k].text}" has no voltage`,
          place,
          length: fields[k].text.length,
          mend: `write ${directive.keyword} v(node)=value`,
        });
      }
      const expression = fieldExpression(sources, directive.line, fields[k]);
      const voltage = evaluateExpression(expression, frame.scope, directive.keyword);
      found.push({ node: requireNode(frame, key, place), voltage, place });
    });
  }
  return found;
}
