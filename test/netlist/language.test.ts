import { describe, expect, it } from 'vitest';
import {
  compileBehaviour,
  elaborate,
  parseNetlist,
  type Circuit,
  type ElaborateOptions,
  type IndependentSource,
  type ParseOptions,
} from '../../src/netlist/index.js';

const read = (lines: string, options: ParseOptions = {}, more: ElaborateOptions = {}): Circuit =>
  elaborate(parseNetlist(`title\n${lines}`, options), more);

const ohm = ({ resistors }: Circuit, name: string): number =>
  resistors.values[resistors.names.indexOf(name)];

const source = (lines: string): IndependentSource => {
  const [device] = read(lines).devices;
  if (device.kind !== 'v' && device.kind !== 'i') throw new RangeError('not a source');
  return device;
};

const codes = ({ diagnostics }: Circuit): string[] => diagnostics.map(({ code }) => code);

describe('lines and names', () => {
  it('takes the first line as title even when it looks like an element', () => {
    const circuit = elaborate(parseNetlist('r1 1 0 1\nr2 1 0 2\n'));
    expect(circuit.title).toBe('r1 1 0 1');
    expect(circuit.resistors.names).toEqual(['r2']);
  });

  it('joins continuations across comments and blank lines, also indented', () => {
    const circuit = read(
      'v1 1\n* comment\n\n  + 0\n; another\n+ dc\n$ third\n// fourth\n+5\nr1 1 0 1',
    );
    expect(circuit.devices[0]).toMatchObject({ dc: 5, nodes: [1, 0] });
  });

  it('drops inline comments but keeps a$b and quoted text', () => {
    const circuit = read('r1 a$b 0 1k ; x\nr2 a$b 0 2k $ x\nr3 a$b 0 {3*1k}// x\nr4 a$b 0 4k\r\n');
    expect(circuit.nodeNames).toEqual(['0', 'a$b']);
    expect([...circuit.resistors.values].sort()).toEqual([1e3, 2e3, 3e3, 4e3]);
  });

  it('knows ground as 0 and gnd only', () => {
    const circuit = read('r1 GND 00 1\nr2 0 gnd! 1\nr3 000 gnd 1');
    expect([...circuit.nodeNames].sort()).toEqual(['0', '00', '000', 'gnd!']);
  });

  it('takes commas, parentheses and blanks round = as separators', () => {
    const circuit = read('r1 (a,0) 1k\nv1 a 0 dc = 5\nr2 a 0 r = 2k');
    expect(ohm(circuit, 'r1')).toBe(1000);
    expect(ohm(circuit, 'r2')).toBe(2000);
    expect(circuit.devices[0]).toMatchObject({ dc: 5 });
  });

  it('takes parentheses behind the = of a source as part of its expression', () => {
    const circuit = read('v1 a 0 1\nb1 b 0 v=(v(a)+1)*(2)\ne1 c 0 value = (v(a)-1)*2\nr1 b c 1');
    const [, b1, e1] = circuit.devices;
    if (b1.kind !== 'b' || e1.kind !== 'b') throw new RangeError('not behavioural');
    expect(compileBehaviour(b1.behaviour).evaluate([3])).toBe(8);
    expect(compileBehaviour(e1.behaviour).evaluate([3])).toBe(4);
  });

  it('folds case, including names met on the fast and on the general path', () => {
    const circuit = read('R1 NodeA 0 1K\nr2 NODEA nodeb {1k}\nV1 nodeA 0 1');
    expect(circuit.nodeNames).toEqual(['0', 'nodea', 'nodeb']);
  });

  it('reads the same from the fast path and from the general one', () => {
    const values = [
      '1',
      '4.7k',
      '-3meg',
      '1.5MEGohm',
      '1e-3',
      '2.2u',
      '.5k',
      '1d3',
      '1000000000000k',
    ];
    for (const value of values) {
      const circuit = read(`rfast a 0 ${value}\nrslow a 0 ${value} ; comment`);
      expect(ohm(circuit, 'rfast')).toBe(ohm(circuit, 'rslow'));
    }
  });

  it('accepts a netlist without .end, with CRLF and without last newline', () => {
    expect(read('r1 1 0 1k\r\nr2 1 0 2k').resistors.count).toBe(2);
  });
});

describe('parameters and subcircuits', () => {
  it('lets a local .param and .model beat the global one', () => {
    const circuit = read(`
.param r=1 s=2
.model dm d(is=1e-14)
.subckt cell a b
.param r={s*10}
.model dm d(is=1e-12)
r1 a b {r}
d1 a b dm
.ends
x1 1 0 cell
r1 1 0 {r}
d1 1 0 dm`);
    expect(ohm(circuit, 'r.x1.r1')).toBe(20);
    expect(ohm(circuit, 'r1')).toBe(1);
    const model = (name: string) =>
      circuit.devices.find((device) => device.name === name && 'model' in device);
    const of = (name: string) => {
      const device = model(name);
      if (device?.kind !== 'd') throw new RangeError('no diode');
      return circuit.models.get(device.model)?.parameters.is;
    };
    expect(of('d1')).toBe(1e-14);
    expect(of('d.x1.d1')).toBe(1e-12);
  });

  it('multiplies m= over the hierarchy', () => {
    const circuit = read('.subckt c a b\nr1 a b 1k m=2\nc1 a b 1p\n.ends\nx1 1 0 c m=3\n');
    expect(ohm(circuit, 'r.x1.r1')).toBeCloseTo(1000 / 6, 12);
    expect(circuit.capacitors.values[0]).toBeCloseTo(3e-12, 24);
  });

  it('passes a parameter of the same name through levels', () => {
    const circuit = read(`
.subckt inner a b r=1
r1 a b {r}
.ends
.subckt outer a b r=2
x1 a b inner r={r}
.ends
x1 1 0 outer r=7`);
    expect(ohm(circuit, 'r.x1.x1.r1')).toBe(7);
  });

  it('connects .global nodes of all levels', () => {
    const circuit = read(
      '.global vdd\n.subckt c a\nr1 a vdd 1\nr2 a n 1\n.ends\nx1 1 c\nr3 vdd 0 1',
    );
    expect(circuit.nodeNames.filter((name) => name.includes('vdd'))).toEqual(['vdd']);
    expect(circuit.nodeNames).toContain('x1.n');
  });

  it('chooses .if branches by parameters, anew for each elaboration', () => {
    const netlist = parseNetlist(`t
.param corner=1
.if (corner==1)
r1 1 0 10
.elseif (corner==2)
r1 1 0 20
.else
r1 1 0 30
.endif`);
    for (const [corner, value] of [
      [1, 10],
      [2, 20],
      [3, 30],
    ]) {
      expect(ohm(elaborate(netlist, { parameters: { corner } }), 'r1')).toBe(value);
    }
  });

  it('includes files relative to the including file, and library sections', () => {
    const files: Record<string, string> = {
      'lib/a.inc': '.include deeper/b.inc\nr1 1 0 {rb}',
      'lib/deeper/b.inc': '.param rb=5',
      'corners.lib': '.lib slow\n.param k=2\n.endl\n.lib fast\n.param k=3\n.endl slow',
    };
    const asked: string[] = [];
    const circuit = read(".inc 'lib/a.inc'\n.lib corners.lib FAST\nr2 1 0 {k}", {
      file: 'main.cir',
      resolve: (path, from) => {
        asked.push(`${from}: ${path}`);
        const file = path === 'deeper/b.inc' ? 'lib/deeper/b.inc' : path;
        return { file, text: files[file] };
      },
    });
    expect(asked).toContain('lib/a.inc: deeper/b.inc');
    expect(ohm(circuit, 'r1')).toBe(5);
    expect(ohm(circuit, 'r2')).toBe(3);
  });

  it('makes temperature-dependent values behaviours, and numbers of the rest', () => {
    const circuit = read('.param k={1+temper*0}\nr1 1 0 {1k*(1+1m*(temper-27))}\nr2 1 0 {1k*k}');
    expect(circuit.devices[0]).toMatchObject({
      name: 'r1',
      behaviour: { inputs: [{ kind: 'temperature' }] },
    });
  });
});

describe('sources', () => {
  it('uses the waveform at t = 0 without DC', () => {
    expect(source('v1 1 0 pulse(2 5 0 1n)').dc).toBe(2);
    expect(source('v1 1 0 sin(1 2 1k 0 0 90)').dc).toBe(3);
    expect(source('v1 1 0 pwl(-1 0 1 10)').dc).toBe(5);
    expect(source('v1 1 0 3 pulse(2 5)').dc).toBe(3);
  });

  it('reads DC, AC and a waveform in any order', () => {
    expect(source('v1 1 0 pulse 0 1 1n 2n 3n 4n 10n ac 2 45 dc 7')).toMatchObject({
      dc: 7,
      ac: { magnitude: 2, phase: 45 },
      waveform: {
        kind: 'pulse',
        delay: 1e-9,
        rise: 2e-9,
        fall: 3e-9,
        width: 4e-9,
        period: 1e-8,
      },
    });
    expect(source('i1 1 0 ac').ac).toEqual({ magnitude: 1, phase: 0 });
    expect(source('v1 1 0 pwl(0 0 1n 1) r=0 td=2n').waveform).toEqual({
      kind: 'pwl',
      times: [0, 1e-9],
      values: [0, 1],
      repeatFrom: 0,
      delay: 2e-9,
    });
  });
});

describe('commands', () => {
  it('expands sweeps and frequencies', () => {
    const { analyses } = read(
      'v1 1 0 1\nr1 1 0 1k\n.dc v1 0 1 0.25 temp list -40 27\n.ac dec 2 1 100\n.tran 1n 5n 1n 0.1n uic',
    );
    expect(analyses).toMatchObject([
      {
        kind: 'dc',
        sweeps: [
          {
            targets: [{ kind: 'device', name: 'v1' }],
            values: [[0, 0.25, 0.5, 0.75, 1]],
          },
          { targets: [{ kind: 'temperature' }], values: [[-40, 27]] },
        ],
      },
      { kind: 'ac' },
      {
        kind: 'tran',
        step: 1e-9,
        stop: 5e-9,
        start: 1e-9,
        maximumStep: 1e-10,
        useInitialConditions: true,
      },
    ]);
    const ac = analyses[1];
    if (ac.kind !== 'ac') throw new RangeError('no ac');
    ac.frequencies.forEach((f, k) => {
      expect(f).toBeCloseTo(10 ** (k / 2), 10);
    });
    expect(ac.frequencies).toHaveLength(5);
  });

  it.each([
    ['.step param p 1 2 0.5', [1, 1.5, 2]],
    ['.step p list 4 7 1k', [4, 7, 1000]],
    ['.step param p list 4 7', [4, 7]],
    ['.step dec param p 1 100 1', [1, 10, 100]],
    ['.step dec p 1 100 1', [1, 10, 100]],
    ['.step oct param p 1 4 1', [1, 2, 4]],
    ['.step lin p 3 1 -1', [3, 2, 1]],
    ['.data t p q\n1 5\n2 6\n.enddata\n.step data=t', [1, 2]],
  ])('%s', (line, values) => {
    const { steps } = read(`.param p=1 q=2\nr1 1 0 {p+q}\n.op\n${line}`);
    expect(steps[0].targets[0]).toEqual({ kind: 'parameter', name: 'p' });
    steps[0].values[0].forEach((value, k) => {
      expect(value).toBeCloseTo(values[k], 9);
    });
    expect(steps[0].values[0]).toHaveLength(values.length);
  });

  it('steps models, devices and temperature', () => {
    const { steps, models } = read(
      'd1 1 0 dm\nr1 1 0 1\n.model dm d(is=1f)\n.op\n.step d dm(is) 1f 3f 1f\n.step r1 1 2 1\n.step temp 0 50 25',
    );
    expect(models.get('dm')?.parameters).toEqual({ is: 1e-15 });
    expect(steps.map(({ targets }) => targets[0])).toEqual([
      { kind: 'model', name: 'dm', parameter: 'is' },
      { kind: 'device', name: 'r1' },
      { kind: 'temperature' },
    ]);
  });

  it('reads every form of .measure', () => {
    const { measures } = read(`v1 in 0 1
r1 in out 1k
r2 out 0 1k
.tran 1n 10n
.measure tran a trig v(in) val=0.5 rise=1 targ v(out)=0.5 td=1n fall=last
.meas tran b find v(out) when v(in)=0.5 cross=2
.meas tran c find v(out) at=5n
.meas tran d when v(in)=v(out) from=1n to=9n
.meas e avg v(in,out) from=1n to=9n
.meas tran f integ v(in)*i(v1)
.meas tran g param='a+2*e'
.meas tran h deriv v(out) at=1n
.meas tran i max v(out) output=sv`);
    expect(measures.map(({ name, task }) => [name, task.kind])).toEqual([
      ['a', 'trigger-target'],
      ['b', 'find'],
      ['c', 'find'],
      ['d', 'when'],
      ['e', 'statistic'],
      ['f', 'statistic'],
      ['g', 'parameter'],
      ['h', 'derivative'],
      ['i', 'statistic'],
    ]);
    expect(measures[0].task).toMatchObject({
      trigger: { kind: 'when', edge: 'rise', count: 1 },
      target: { kind: 'when', edge: 'fall', count: 'last', delay: 1e-9 },
    });
    expect(measures[3]).toMatchObject({
      from: 1e-9,
      to: 9e-9,
      analysis: 'tran',
    });
    const parameter = measures[6].task;
    if (parameter.kind !== 'parameter') throw new RangeError('no parameter');
    expect(parameter.expression.inputs).toEqual([
      { kind: 'measure', name: 'a' },
      { kind: 'measure', name: 'e' },
    ]);
    expect(measures[8].settings).toEqual({ output: 'sv' });
  });

  it('labels outputs as ngspice names its vectors', () => {
    const circuit = read(`v1 a 0 1
x1 a b cell
.subckt cell p q
r1 p m 1
r2 m q 1
.ends
r1 b 0 1
.ac dec 1 1 10
.print ac V(A) v(a,B) I(V1) vdb(b) V(x1.m) v(X1:M) V(x1:q) @r1[i] {v(a) * 2}`);
    expect(circuit.outputs[0].variables.map(({ label }) => label)).toEqual([
      'v(a)',
      'v(a,b)',
      'i(v1)',
      'vdb(b)',
      'v(x1.m)',
      'v(x1.m)',
      'v(x1.q)',
      '@r1[i]',
      '{v(a)*2}',
    ]);
    const pin = circuit.outputs[0].variables[6].behaviour.inputs[0];
    expect(pin).toMatchObject({
      kind: 'voltage',
      positive: circuit.nodeNames.indexOf('b'),
    });
  });

  it('keeps options, temperature, initial conditions', () => {
    const circuit = read(
      'r1 a 0 1\n.param rt=1e-4\n.options reltol=rt method=gear noacct tnom=25 temp=50\n.ic v(a)=1.5\n.nodeset v(a) = 2',
    );
    expect(circuit.options).toMatchObject({
      reltol: 1e-4,
      method: 'gear',
      noacct: 1,
    });
    expect(circuit.temperature).toBeCloseTo(323.15, 10);
    expect(circuit.nominalTemperature).toBeCloseTo(298.15, 10);
    expect(circuit.initialConditions).toMatchObject([{ node: 1, voltage: 1.5 }]);
    expect(circuit.nodesets).toMatchObject([{ node: 1, voltage: 2 }]);
  });

  it('makes several .temp values a step', () => {
    const { steps, temperature } = read('r1 a 0 1\n.op\n.temp -40 27 85');
    expect(temperature).toBeCloseTo(233.15, 10);
    expect(steps).toMatchObject([{ targets: [{ kind: 'temperature' }], values: [[-40, 27, 85]] }]);
  });

  it('names what it ignores', () => {
    const circuit = read('r1 a 0 1\n.op\n.four 1k v(a)\n.control\nrun\nplot v(a)\n.endc');
    expect(codes(circuit)).toEqual(['netlist.ignored-control', 'netlist.ignored-directive']);
    expect(circuit.diagnostics[0].what).toContain('run, plot');
  });
});

describe('devices', () => {
  it('makes memristors of Y, N and R lines with such a model', () => {
    const circuit = read(
      '.model cell memristor(ron=1k roff=10k)\ny1 a 0 cell state=0.5\nr2 a 0 cell\nymemristor m3 a 0 cell',
    );
    expect(circuit.devices.map(({ kind, name }) => [kind, name])).toEqual([
      ['y', 'y1'],
      ['y', 'r2'],
      ['y', 'ym3'],
    ]);
  });

  it('reads geometry, lists and flags', () => {
    const circuit = read(`.model nm nmos(level=1)
.model dm d
.model rm r(rsh=10)
m1 d g s b nm w=1u l=0.18u ic=1,2,3
d1 a 0 dm 2 off
r1 a 0 rm l=10u w=1u
r2 a 0 1k tc=1m,2u
s1 a b c 0 sm on
.model sm sw(vt=1)`);
    expect(
      circuit.devices.map((device) => ('parameters' in device ? device.parameters : {})),
    ).toEqual([
      { w: 1e-6, l: 0.18e-6, ic: 1, ic2: 2, ic3: 3 },
      { area: 2, off: 1 },
      { l: 1e-5, w: 1e-6 },
      { tc1: 1e-3, tc2: 2e-6 },
      { on: 1 },
    ]);
  });

  it('reads controlled sources in every form', () => {
    const circuit = read(`v1 a 0 1
e1 b 0 a 0 2
e2 c 0 vcvs a 0 3
e3 d 0 value={v(a)**2}
e4 e 0 {v(a)*2}
g1 f 0 table {v(a)} = (0,0) (1,2)
f1 g 0 v1 4
h1 h 0 poly(1) v1 0 5
b1 i 0 i=v(i)/1k m=2`);
    expect(circuit.devices.map(({ kind }) => kind)).toEqual([
      'v',
      'e',
      'e',
      'b',
      'b',
      'b',
      'f',
      'b',
      'b',
    ]);
    expect(circuit.devices[2]).toMatchObject({ gain: 3 });
    expect(circuit.devices[8]).toMatchObject({
      output: 'current',
      multiplicity: 2,
    });
  });
});

describe('commands inside subcircuits', () => {
  it('reads .ic for each instance and names what it ignores, once', () => {
    const circuit = read(
      '.subckt c a v=1\nr1 a n 1\nc1 n 0 1p\n.ic v(n)={v}\n.tran 1n 2n\n.ends\nx1 1 c v=2\nx2 1 c v=3\nr1 1 0 1',
    );
    const names = circuit.initialConditions.map(({ node }) => circuit.nodeNames[node]);
    expect(names).toEqual(['x1.n', 'x2.n']);
    expect(circuit.initialConditions.map(({ voltage }) => voltage)).toEqual([2, 3]);
    expect(codes(circuit)).toEqual(['netlist.ignored-directive']);
  });
});
