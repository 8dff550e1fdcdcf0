import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import {
  compileBehaviour,
  elaborate,
  parseNetlist,
  type Behaviour,
  type ElaborateOptions,
} from '../../src/netlist/index.js';

const parameter = (expression: string, options: ElaborateOptions = {}, before = ''): number =>
  elaborate(parseNetlist(`t\n${before}\n.param value={${expression}}\n`), options).parameters.value;

/** The behaviour of a B source over v(a), v(b). */
function behaviour(expression: string, before = ''): Behaviour {
  const { devices } = elaborate(
    parseNetlist(`t\nva a 0 1\nvb b 0 1\n${before}\nb1 c 0 v=${expression}\n`),
  );
  const device = devices[2];
  if (device.kind !== 'b') throw new RangeError('expected a behavioural source');
  return device.behaviour;
}

describe('numeric expressions', () => {
  it.each([
    ['-2**2', -4],
    ['2**3**2', 64],
    ['2^10', 1024],
    ['2**-1', 0.5],
    ['7%4', 3],
    ['1+2*3-4/2', 5],
    ['1>2 ? 3 : 4>3 ? 5 : 6', 5],
    ['!0 && (0 || 1)', 1],
    ['1 <> 2', 1],
    ['3 == 3', 1],
    ['int(-1.7)', -1],
    ['nint(2.5)', 2],
    ['nint(-0.5)', -0],
    ['floor(-1.2)', -2],
    ['ceil(1.2)', 2],
    ['pwr(-2,3)', 8],
    ['pwrs(-2,3)', -8],
    ['pow(-2,3)', -8],
    ['min(3,1,2)', 1],
    ['max(3,1,2)', 3],
    ['sgn(-3)', -1],
    ['hypot(3,4)', 5],
    ['atan2(1,1)*4', Math.PI],
    ['log(exp(1))', 1],
    ['ln(e)', 1],
    ['log10(1000)', Math.log10(1000)],
    ['limit(5,0,1)', 1],
    ['limit(-5,1,0)', 0],
    ['if(1,2,3)', 2],
    ['table(1.5, 0,0, 1,10, 2,30)', 20],
    ['1k+1meg', 1_001_000],
    ['2*pi', 2 * Math.PI],
    ['1--1', 2],
    ['sqrt(abs(-16))', 4],
    ['temper', 27],
  ])('%s = %d', (expression, value) => {
    expect(parameter(expression)).toBeCloseTo(value, 14);
  });

  it('knows functions, forward references and local shadowing of arguments', () => {
    const before = '.func sq(x) {x*x}\n.func f(x,k)={k*sq(x)+g}\n.param k=100 g={k/10}';
    expect(parameter('f(3,2)', {}, before)).toBe(28);
  });

  it('names what is wrong and where', () => {
    try {
      parameter('1+unknwn', {}, '.param unknown=1');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SpinbarError)) throw error;
      expect(error.diagnostics[0]).toMatchObject({
        code: 'netlist.unknown-parameter',
        mend: 'did you mean "unknown"?',
        where: { line: 3, column: 17, length: 6 },
      });
    }
  });

  it('rejects a chain too long to evaluate instead of overflowing the stack', () => {
    expect(() => parameter(Array(5000).fill('1').join('+'))).toThrow(SpinbarError);
    expect(() => parameter('('.repeat(5000))).toThrow(SpinbarError);
    expect(parameter(Array(1000).fill('1').join('+'))).toBe(1000);
  });
});

describe('random parameters', () => {
  const draw = (expression: string, options: ElaborateOptions) => parameter(expression, options);

  it('depend on seed, trial and name only', () => {
    const first = draw('gauss(1,0.1,1)', { seed: 5 });
    expect(draw('gauss(1,0.1,1)', { seed: 5 })).toBe(first);
    expect(draw('gauss(1,0.1,1)', { seed: 6 })).not.toBe(first);
    expect(draw('gauss(1,0.1,1)', { seed: 5, trial: 1 })).not.toBe(first);
    const other = '.param another=gauss(1,0.1,1)';
    expect(parameter('gauss(1,0.1,1)', { seed: 5 }, other)).toBe(first);
  });

  it('have the stated mean and spread (4 sigma bounds, 4000 draws)', () => {
    const netlist = parseNetlist('t\n.param g=agauss(2,0.3,3) u=unif(2,0.1) l=limit(2,0.5)\n');
    const trials = Array.from(
      { length: 4000 },
      (_, trial) => elaborate(netlist, { trial }).parameters,
    );
    const mean = (name: string) => trials.reduce((sum, one) => sum + one[name], 0) / 4000;
    const deviation = (name: string) =>
      Math.sqrt(trials.reduce((sum, one) => sum + (one[name] - mean(name)) ** 2, 0) / 3999);
    expect(Math.abs(mean('g') - 2)).toBeLessThan((4 * 0.1) / Math.sqrt(4000));
    expect(Math.abs(deviation('g') - 0.1)).toBeLessThan((4 * 0.1) / Math.sqrt(8000));
    expect(Math.abs(mean('u') - 2)).toBeLessThan((4 * 0.2) / Math.sqrt(3 * 4000));
    expect(Math.abs(deviation('u') - 0.2 / Math.sqrt(3))).toBeLessThan(0.004);
    expect(new Set(trials.map(({ l }) => l))).toEqual(new Set([1.5, 2.5]));
  });
});

describe('behaviours', () => {
  const cases = [
    'v(a)*v(b)+v(a,b)/2',
    'exp(v(a)/0.3)-log(2+v(b)**2)',
    'sin(v(a))*cos(v(b))+tan(v(a)/4)',
    'v(a)/(1+(v(b)/0.5)**2)',
    'v(a)>v(b) ? v(a)**3 : sqrt(2+v(b))',
    'atan2(v(a),2+v(b))+hypot(v(a),v(b))',
    'min(v(a),v(b))+max(v(a),0.1)+abs(v(b))',
    'tanh(v(a))+asinh(v(b))+sinh(v(a))*cosh(v(b))',
    'pow(2+v(a),v(b))+pwr(v(a),2.5)+pwrs(v(b),2.5)',
    'table(v(a), -2,0, -1,1, 1,-1, 2,5)*v(b)',
    'limit(v(a),-0.5,0.5)+uramp(v(b))',
    'asin(v(a)/4)+acos(v(b)/4)+atan(v(a)*v(b))',
    'f(v(a),v(b))',
  ];

  it.each(cases)('derivatives of %s agree with central differences', (expression) => {
    const compiled = compileBehaviour(behaviour(expression, '.func f(x,y) {x*y+x/(2+y*y)}'));
    const count = compiled.inputs.length;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1.9, max: 1.9, noNaN: true }), {
          minLength: count,
          maxLength: count,
        }),
        (point) => {
          const gradient = new Float64Array(count);
          const value = compiled.evaluateWithGradient(point, gradient);
          expect(value).toBe(compiled.evaluate(point));
          for (let k = 0; k < count; k += 1) {
            const h = 1e-6;
            const at = (shift: number) =>
              compiled.evaluate(point.map((x, j) => (j === k ? x + shift : x)));
            const left = (at(0) - at(-h)) / h;
            const right = (at(h) - at(0)) / h;
            // Away from kinks both one-sided slopes agree with the derivative.
            if (Math.abs(left - right) > 1e-3 * (1 + Math.abs(right))) continue;
            const central = (at(h) - at(-h)) / (2 * h);
            expect(Math.abs(gradient[k] - central)).toBeLessThan(1e-4 * (1 + Math.abs(central)));
          }
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('folds constants, shares equal parts, inlines parameters', () => {
    const folded = behaviour('k*2+v(a)*0+sq(v(a))+sq(v(a))', '.param k=3\n.func sq(x) {x*x}');
    expect(folded.inputs).toEqual([{ kind: 'voltage', positive: 1, negative: 0 }]);
    // v(a), 0, v(a)*0, 6, 6+..., v(a)*v(a), and two sums.
    expect(folded.constants).toContain(6);
    expect(folded.operations).toHaveLength(8);
    expect(compileBehaviour(folded).evaluate([3])).toBe(24);
  });

  it('takes v(p) as the node even inside a function with an argument p', () => {
    const inner = behaviour('f(17)', '.func f(a) {v(a)+a}');
    expect(compileBehaviour(inner).evaluate([100])).toBe(117);
  });

  it('stays finite where a first iterate often stands', () => {
    const gradient = new Float64Array(1);
    for (const text of [
      'sqrt(v(a))',
      'v(a)**0.5',
      'pwr(v(a),0.5)',
      'hypot(v(a),0)',
      'exp(v(a)*1e4)',
    ]) {
      const compiled = compileBehaviour(behaviour(text));
      for (const at of [0, 1]) {
        expect(Number.isFinite(compiled.evaluateWithGradient([at], gradient))).toBe(true);
        expect(Number.isFinite(gradient[0])).toBe(true);
      }
    }
  });

  it('expands POLY in SPICE order', () => {
    const source = 't\nva a 0 1\nvb b 0 1\ne1 c 0 poly(2) a 0 b 0 1 2 3 4 5 6\n';
    const device = elaborate(parseNetlist(source)).devices[2];
    if (device.kind !== 'b') throw new RangeError('expected a behavioural source');
    const [x, y] = [0.3, -0.7];
    const value = compileBehaviour(device.behaviour).evaluate([x, y]);
    expect(value).toBeCloseTo(1 + 2 * x + 3 * y + 4 * x * x + 5 * x * y + 6 * y * y, 14);
  });
});
