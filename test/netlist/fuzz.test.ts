import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

/** Reads text as a netlist; anything but a circuit or a SpinbarError fails the test. */
function read(text: string): void {
  const start = performance.now();
  const netlist = parseNetlist(text, {
    file: 'fuzz.cir',
    resolve: (path) => (path === 'self' ? text : path === 'ok' ? 'r1 1 0 1\n' : undefined),
  });
  try {
    const circuit = elaborate(netlist);
    expect(circuit.nodeNames[0]).toBe('0');
  } catch (error) {
    if (!(error instanceof SpinbarError)) throw error;
    expect(error.exitCode).toBe(3);
    for (const { code, what, where } of error.diagnostics) {
      expect(code).toMatch(/^netlist\.[a-z-]+$/);
      expect(what).not.toBe('');
      expect(where?.file).toBeDefined();
    }
  }
  // A hang, not a benchmark: texts here are under a few kilobytes.
  expect(performance.now() - start).toBeLessThan(5000);
}

const WORDS = [
  ...[
    'r1',
    'C2',
    'l3',
    'v1',
    'I2',
    'e1',
    'g1',
    'f1',
    'h1',
    'b1',
    'k1',
    'd1',
    'q1',
    'j1',
    'm1',
    's1',
  ],
  ...[
    'w1',
    'x1',
    'y1',
    'z9',
    'ymemristor',
    '0',
    '1',
    'a',
    'gnd',
    'out',
    'x1.n',
    '1k',
    '4k7',
    '1e+',
  ],
  ...[
    '-3',
    '1M',
    '0x1',
    '{1+2}',
    '{',
    '}',
    "'a*2'",
    "'",
    '"',
    '(',
    ')',
    ',',
    '=',
    '+',
    '-',
    '*',
    '**',
  ],
  ...[
    '/',
    '?',
    ':',
    '<',
    '>=',
    '==',
    '&&',
    '|',
    '!',
    '^',
    '%',
    '@',
    '[',
    ']',
    ';',
    '$',
    '$ ',
    '//',
  ],
  ...[
    '.param',
    '.func',
    '.subckt',
    '.ends',
    '.include',
    '.lib',
    '.endl',
    '.if',
    '.elseif',
    '.else',
  ],
  ...['.endif', '.model', '.dc', '.ac', '.tran', '.op', '.tf', '.sens', '.noise', '.step', '.data'],
  ...['.enddata', '.measure', '.print', '.save', '.ic', '.nodeset', '.options', '.temp', '.global'],
  ...['.control', '.endc', '.end', '.bogus', '.', 'params:', 'cell', 'nmos', 'd', 'sw', 'level=1'],
  ...[
    'm=2',
    'r=1',
    'ic=1',
    'ic=1,2,3',
    'tc=1,2',
    'value=',
    'poly(2)',
    'poly',
    'table',
    'v(1)',
    'i(v1)',
  ],
  ...[
    'v(a,b)',
    'v(',
    '@m1[gm]',
    'pulse(0 1)',
    'pwl(0 0 1 1)',
    'sin',
    'dc',
    'ac',
    'dec',
    'lin',
    'list',
  ],
  ...[
    'param',
    'temp',
    'when',
    'trig',
    'targ',
    'find',
    'avg',
    'rise=1',
    'from=',
    'at=1',
    'uic',
    'self',
  ],
  ...[
    'ok',
    'f(x)',
    'f(x)={x}',
    'sqrt(',
    'gauss(1,1,1)',
    'limit(1,2)',
    'time',
    'temper',
    'a=b',
    'b=a',
  ],
  ...['v=v(1)*2', 'i={v(1)}', '\t', '\u00b5', '\u{1f9f2}', '\u0000', '1µ', 'all', 'none', '#', '~'],
];

const line = fc.array(fc.constantFrom(...WORDS), { maxLength: 9 }).map((words) => words.join(' '));
const glued = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => words.join(''));
const continued = line.map((text) => `+ ${text}`);

describe('fuzz', () => {
  it('survives lines made of the words of the language', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(line, line, glued, continued), { maxLength: 14 }), (lines) => {
        read(['title', ...lines].join('\n'));
      }),
      { seed: 3, numRuns: 700 },
    );
  });

  it('survives arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), read), {
      seed: 4,
      numRuns: 500,
    });
  });

  it('survives a valid netlist with characters removed, doubled and exchanged', () => {
    const valid = `title
.param a=1.5 b={a*2k} c='sqrt(b)+max(a,3)'
.func f(x,y) {x>y ? x**2 : table(y,0,0,1,1)}
.subckt cell p q r=1k
.model dl d(is=1e-14 n={r/1k})
d1 p m dl
r1 m q {f(r,2)} tc1=1m
.ends cell
x1 in out cell r={b} m=2
v1 in 0 dc 1 ac 1 90 pulse(0 {a} 0 1n 1n 5n 10n)
e1 e 0 poly(2) in 0 out 0 0 1 2
b1 f 0 v=v(in)*exp(-v(out)/0.025) + i(v1)
.if (a > 1)
c1 out 0 1p ic=0.5
.else
c1 out 0 2p
.endif
.dc v1 0 1 0.1 temp list -40 27 85
.tran 1n 100n uic
.step param a list 1 2 3
.measure tran d trig v(in) val=0.5 rise=1 targ v(out) val=0.5 rise=last td=1n
.print tran v(in) v(in,out) i(v1) {v(out)*2}
.end`;
    expect(() => elaborate(parseNetlist(valid))).not.toThrow();
    const edit = fc.record({
      at: fc.nat({ max: valid.length - 1 }),
      remove: fc.nat({ max: 3 }),
      insert: fc.constantFrom('', '{', '}', '(', ')', '=', "'", '\n', '+', ' ', ',', '1', 'x', '.'),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const text = edits.reduce(
          (before, { at, remove, insert }) =>
            before.slice(0, at) + insert + before.slice(at + remove),
          valid,
        );
        read(text);
      }),
      { seed: 5, numRuns: 700 },
    );
  });

  it('refuses hierarchies that double at every level', () => {
    const levels = Array.from(
      { length: 40 },
      (_, k) => `.subckt s${k + 1} a b\nx1 a m s${k}\nx2 m b s${k}\n.ends`,
    );
    const text = ['t', '.subckt s0 a b', 'r1 a b 1', '.ends', ...levels, 'x1 1 0 s40'].join('\n');
    expect(() => elaborate(parseNetlist(text))).toThrow(SpinbarError);
  }, 60_000);
});
