import { expect, it } from 'vitest';
import { simulate } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

/** Values of ngspice 39 on the same netlist, with `.save all`. */
const NGSPICE: Readonly<Record<string, readonly [string, number]>> = {
  vmax: ['max vm(b)', 7.999469e-1],
  vmaxat: ['max_at vm(b)', 1e5],
  vdbmx: ['max vdb(b)', -1.938777],
  ph: ['find vp(b) at=1meg', -2.780796e-1],
  m1: ['find vm(b) at=2meg', 7.737144e-1],
  re1: ['find vr(b) at=5meg', 8.642832e-2],
  im1: ['find vi(b) at=5meg', -5.652446e-1],
  f3: ['when vdb(b)=-3 fall=1', 3.33339e6],
  mn: ['min vm(b) from=1meg to=20meg', 6.239935e-2],
  pp: ['pp vm(b)', 7.974156e-1],
  ig: ['integ vm(b) from=1meg to=10meg', 4.74054e6],
  bw: ['trig vm(b) val=0.79 fall=1 targ vm(b) val=0.1 fall=1', 1.439949e7],
};

it('measures an ac sweep as ngspice does', () => {
  const text = [
    'series circuit',
    'v1 in 0 dc 0 ac 1',
    'r1 in a 50',
    'l1 a b 1u',
    'c1 b 0 1n',
    'r2 b 0 200',
    '.ac dec 10 100k 100meg',
    ...Object.entries(NGSPICE).map(([name, [what]]) => `.measure ac ${name} ${what}`),
    '.end',
    '',
  ].join('\n');
  const { measures } = simulate(elaborate(parseNetlist(text)));
  expect(measures).toHaveLength(12);
  for (const { name, value } of measures) {
    const [, wanted] = NGSPICE[name];
    expect(Math.abs(value! / wanted - 1), name).toBeLessThan(2e-6);
  }
});
