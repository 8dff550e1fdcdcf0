/** Netlists that the circuit benches share; each is plain SPICE text that the peers read unchanged. */

/** How an array is driven and what is asked of it. */
export interface CrossbarCase {
  readonly size: number;
  /** Capacitance of every node to ground, F; none where absent. */
  readonly nodeCapacitance?: number;
  /** Analysis line such as `.tran 10p 10n`. */
  readonly analysis: string;
  /** Source of each word line. */
  readonly source?: (row: number) => string;
}

/** Word lines driven from the left, bit lines grounded at the bottom, 1 ohm a segment, 10-100 kohm cells. */
export function crossbarNetlist({
  size,
  nodeCapacitance,
  analysis,
  source = () => '0.2',
}: CrossbarCase): string {
  const lines = [`${size} x ${size} crossbar`];
  for (let i = 0; i < size; i += 1) {
    lines.push(`v${i} in${i} 0 ${source(i)}`, `rin${i} in${i} w${i}_0 1`);
    for (let j = 0; j < size; j += 1) {
      const ohm = 1e4 + (9e4 * ((7 * i + 13 * j + i * j) % 17)) / 16;
      lines.push(`rc${i}_${j} w${i}_${j} b${i}_${j} ${ohm}`);
      if (j + 1 < size) lines.push(`rw${i}_${j} w${i}_${j} w${i}_${j + 1} 1`);
      lines.push(`rb${i}_${j} b${i}_${j} ${i + 1 < size ? `b${i + 1}_${j}` : '0'} 1`);
      if (nodeCapacitance !== undefined) {
        lines.push(`cw${i}_${j} w${i}_${j} 0 ${nodeCapacitance}`);
        lines.push(`cb${i}_${j} b${i}_${j} 0 ${nodeCapacitance}`);
      }
    }
  }
  return [...lines, analysis, '.end', ''].join('\n');
}

/** `count` level-1 inverters in a row, switched by one pulse. */
export function inverterChain(count: number): string {
  const lines = [
    `chain of ${count} inverters`,
    '.model nn nmos level=1 vto=0.5 kp=200u lambda=0.05 cgso=0.2n cgdo=0.2n tox=4n',
    '.model pp pmos level=1 vto=-0.5 kp=80u lambda=0.05 cgso=0.2n cgdo=0.2n tox=4n',
    'vdd vdd 0 1.8',
    'vin n0 0 pulse(0 1.8 0.2n 0.1n 0.1n 8n 20n)',
  ];
  for (let k = 0; k < count; k += 1) {
    lines.push(`mn${k} n${k + 1} n${k} 0 0 nn w=1u l=0.18u`);
    lines.push(`mp${k} n${k + 1} n${k} vdd vdd pp w=2u l=0.18u`);
    lines.push(`cl${k} n${k + 1} 0 5f`);
  }
  return [...lines, '.tran 20p 16n', '.end', ''].join('\n');
}
