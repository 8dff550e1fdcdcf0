import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ekvModel, type EkvParameters } from '../../src/circuit/elements/mosfet/ekv.js';
import { simulate, vectorOf } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const parameters: EkvParameters = {
  thermalVoltage: 0.025865,
  width: 1e-6,
  length: 25e-9,
  oxide: 0.0187,
  threshold: 0.4,
  gamma: 0.3,
  phi: 0.9,
  transconductance: 5e-4,
  criticalField: 3e8,
  theta: 0,
  eta: 0.5,
  saturationField: 5e6,
  lambda: 0.3,
  junctionDepth: 2e-8,
  widthEffect: 0,
  lengthEffect: 0.1,
};
const model = ekvModel(parameters, 1);
const biases = [-0.2, 0.15, 0.45, 0.8, 1.1].flatMap((vg) =>
  [0.01, 0.3, 0.9].flatMap((vd) => [0, 0.2, 0.7].map((vs) => [vg, vd, vs] as const)),
);

describe('EKV transistor', () => {
  it('does not know drain from source', () => {
    for (const [vg, vd, vs] of biases) {
      const one = model(vg, vd, vs);
      const other = model(vg, vs, vd);
      expect(other.current.v).toBe(-one.current.v);
      expect(other.drain.v).toBe(one.source.v);
      expect(other.gate.v).toBe(one.gate.v);
    }
  });

  it('has the derivatives of its current and charges', () => {
    const h = 1e-6;
    const farad = parameters.oxide * parameters.width * parameters.length;
    for (const [vg, vd, vs] of biases) {
      const here = model(vg, vd, vs);
      const shifts = [
        ['g', h, 0, 0],
        ['d', 0, h, 0],
        ['b', 0, 0, h],
      ] as const;
      for (const [slot, g, d, s] of shifts) {
        const up = model(vg + g, vd + d, vs + s);
        const down = model(vg - g, vd - d, vs - s);
        const slope = (up.current.v - down.current.v) / (2 * h);
        const scale = Math.abs(here.current.v) / parameters.thermalVoltage + 1e-15;
        expect(Math.abs(slope - here.current[slot]) / scale).toBeLessThan(1e-4);
        for (const charge of ['drain', 'gate', 'source'] as const) {
          const capacitance = (up[charge].v - down[charge].v) / (2 * h);
          expect(Math.abs(capacitance - here[charge][slot]) / farad).toBeLessThan(1e-4);
        }
      }
    }
  });

  it('charges the bulk with what the other three leave', () => {
    // Raising the other three alike is lowering the bulk: the capacitance of the bulk follows.
    const wide = 1e-4;
    for (const [vg, vd, vs] of biases) {
      const { gate, drain, source } = model(vg, vd, vs);
      const sum = (v: typeof gate) => v.g + v.d + v.b;
      const byBulk = -(sum(gate) + sum(drain) + sum(source));
      const total = (dv: number) => {
        const p = model(vg + dv, vd + dv, vs + dv);
        return p.gate.v + p.drain.v + p.source.v;
      };
      const measured = -(total(wide) - total(-wide)) / (2 * wide);
      expect(byBulk / measured).toBeCloseTo(1, 3);
    }
  });

  it('falls in weak inversion by n kT/q per e, and n agrees with its body effect', () => {
    const decade = Math.log10(model(0.1, 0.5, 0).current.v / model(0.05, 0.5, 0).current.v) / 0.05;
    const millivolts = 1000 / decade;
    const ideal = 1000 * parameters.thermalVoltage * Math.LN10;
    expect(millivolts).toBeGreaterThan(ideal);
    expect(millivolts).toBeLessThan(1.4 * ideal);
    // In weak inversion the current saturates after a few kT/q.
    const long = ekvModel({ ...parameters, length: 1e-6, lengthEffect: 0 }, 1);
    expect(long(0.1, 0.5, 0).current.v / long(0.1, 0.15, 0).current.v).toBeCloseTo(1, 1);
    const vt = parameters.thermalVoltage;
    expect(long(0.1, vt, 0).current.v / long(0.1, 20 * vt, 0).current.v).toBeCloseTo(
      1 - Math.exp(-1),
      1,
    );
  });

  it('approaches the square law of a long channel in strong inversion', () => {
    const long = ekvModel(
      { ...parameters, length: 10e-6, lengthEffect: 0, criticalField: 1e14, lambda: 1e-6 },
      1,
    );
    const root = (vg: number) => Math.sqrt(long(vg, 3, 0).current.v);
    const first = root(1.4) - root(1.2);
    const second = root(1.6) - root(1.4);
    expect(second / first).toBeCloseTo(1, 1);
  });

  it('switches an inverter and gives all charge back', () => {
    const text = `inverter
vdd vdd 0 1
vin in 0 pulse(0 1 0.1n 20p 20p 0.5n 1n)
mn out in 0 0 n w=0.2u l=65n
mp out in vdd vdd p w=0.4u l=65n
cl out 0 1f
.model n nmos level=44 vto=0.4 gamma=0.3 phi=0.9 kp=5e-4 e0=3e8 ucrit=5e6 lambda=0.3 leta=0.1 cox=18.7m xj=20n dl=-40n weta=0
.model p pmos level=44 vto=-0.4 gamma=0.3 phi=0.9 kp=2e-4 e0=3e8 ucrit=8e6 lambda=0.3 leta=0.1 cox=18.7m xj=20n dl=-40n weta=0
.tran 2p 2.1n
.measure tran charge integ i(vin) from=0.05n to=1.05n
`;
    const result = simulate(elaborate(parseNetlist(text)));
    const [transient] = result.analyses;
    const out = vectorOf(transient, 'v(out)')!;
    expect(Math.max(...out)).toBeGreaterThan(0.99);
    expect(Math.min(...out.slice(10))).toBeLessThan(0.01);
    // Over a whole period a gate takes as much charge as it gives, else it would pump.
    const current = vectorOf(transient, 'i(vin)')!;
    const times = transient.sweep!.values;
    let moved = 0;
    for (let k = 1; k < times.length && times[k] < 1.05e-9; k++) {
      moved += 0.5 * (Math.abs(current[k]) + Math.abs(current[k - 1])) * (times[k] - times[k - 1]);
    }
    const [charge] = result.measures;
    expect(Math.abs(charge.value!) / moved).toBeLessThan(0.01);
  });

  // BSIM4 with the cards of the Predictive Technology Model in ngspice, v_gs = v_ds = supply, A per um.
  for (const [file, n, p, supply, length, on] of [
    ['bulk-65nm', 'n65', 'p65', 1.1, '65n', [1.136e-3, 5.196e-4]],
    ['high-k-32nm', 'n32', 'p32', 0.9, '32n', [1.388e-3, 1.032e-3]],
  ] as const) {
    it(`reaches the on-currents of ${file} within 12 %`, () => {
      const cards = readFileSync(`devices/transistors/${file}.cir`, 'utf8');
      const text = `on-currents
${cards}
vn dn 0 ${supply}
mn dn dn 0 0 ${n} w=1u l=${length}
vp dp 0 -${supply}
mp dp dp 0 0 ${p} w=1u l=${length}
.op
`;
      const [point] = simulate(elaborate(parseNetlist(text))).analyses;
      const current = (name: string) => Math.abs(vectorOf(point, name)![0]);
      expect(Math.abs(current('i(vn)') / on[0] - 1)).toBeLessThan(0.12);
      expect(Math.abs(current('i(vp)') / on[1] - 1)).toBeLessThan(0.12);
    });
  }
});
