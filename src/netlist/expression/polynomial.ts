import type { Expression } from './syntax.js';

/**
 * SPICE's POLY(n): coefficients p0, then the linear terms x1 .. xn, then the products of two in the
 * order x1 x1, x1 x2, ..., x2 x2, ..., then of three, and so on. A single coefficient of a
 * one-dimensional polynomial is the linear one (SPICE2 manual, section 6.2).
 */
export function polynomial(
  variables: readonly Expression[],
  coefficients: readonly Expression[],
  place: number,
): Expression {
  const linearOnly = variables.length === 1 && coefficients.length === 1;
  const terms = linearOnly ? [[0]] : exponentOrder(variables.length, coefficients.length);
  const summands = coefficients.map((coefficient, k) =>
    terms[k].reduce<Expression>(
      (product, variable) => binary('*', product, variables[variable], place),
      coefficient,
    ),
  );
  return balancedSum(summands, place);
}

/** The first `count` monomials, each as the list of its variables with repetition, ascending. */
function exponentOrder(variables: number, count: number): number[][] {
  const terms: number[][] = [[]];
  let degree: number[][] = [[]];
  while (terms.length < count) {
    degree = degree.flatMap((term) => {
      const first = term.at(-1) ?? 0;
      return Array.from({ length: variables - first }, (_, k) => [...term, first + k]);
    });
    terms.push(...degree);
  }
  return terms;
}

/** A sum as a balanced tree, so that long sums stay shallow. */
function balancedSum(terms: readonly Expression[], place: number): Expression {
  if (terms.length === 1) return terms[0];
  const middle = terms.length >> 1;
  return binary(
    '+',
    balancedSum(terms.slice(0, middle), place),
    balancedSum(terms.slice(middle), place),
    place,
  );
}

const binary = (
  operator: '+' | '*',
  left: Expression,
  right: Expression,
  place: number,
): Expression => ({
  type: 'binary',
  operator,
  left,
  right,
  place,
});
