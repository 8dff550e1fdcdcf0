import type { ComplexPart } from './behaviour.js';

/** Syntax tree of an expression. `place` leads back to the text, see `locate`. */
export type Expression =
  | NumberExpression
  | NameExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | ProbeExpression
  | DeviceQuantityExpression
  | TableExpression;

export interface NumberExpression {
  readonly type: 'number';
  readonly value: number;
}

export interface NameExpression {
  readonly type: 'name';
  /** Lower case. */
  readonly name: string;
  readonly place: number;
}

export interface CallExpression {
  readonly type: 'call';
  /** Lower case. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly place: number;
}

export interface UnaryExpression {
  readonly type: 'unary';
  readonly operator: '-' | '!';
  readonly operand: Expression;
}

export type BinaryOperator =
  '+' | '-' | '*' | '/' | '%' | '**' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||';

export interface BinaryExpression {
  readonly type: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly place: number;
}

export interface ConditionalExpression {
  readonly type: 'conditional';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

/** `v(a)`, `v(a,b)`, `i(v1)`, and in output statements `vm(a)`, `idb(v1)` ... */
export interface ProbeExpression {
  readonly type: 'probe';
  readonly quantity: 'v' | 'i';
  readonly part?: ComplexPart;
  /** One or two node names, or one device name, lower case. */
  readonly names: readonly string[];
  readonly place: number;
}

/** `@m1[gm]`, or Xyce's `r1:r` in output statements. */
export interface DeviceQuantityExpression {
  readonly type: 'device-quantity';
  readonly device: string;
  readonly parameter: string;
  readonly place: number;
}

/** Piecewise linear: points are x, y pairs. */
export interface TableExpression {
  readonly type: 'table';
  readonly input: Expression;
  readonly points: readonly Expression[];
  /** Continue the outer segments, as ngspice's `pwl` does; a `table` holds its end values. */
  readonly extrapolate?: boolean;
  readonly place: number;
}

export const numberExpression = (value: number): NumberExpression => ({ type: 'number', value });

/** Direct subexpressions, in order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'call':
      return expression.arguments;
    case 'table':
      return [expression.input, ...expression.points];
    default:
      return [];
  }
}
