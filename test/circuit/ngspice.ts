import { Simulation } from 'eecircuit-engine';

let engine: Promise<Simulation> | undefined;

/** ngspice 45 (WebAssembly): real vectors of the last analysis, by lower-case name. */
export async function ngspice(netlist: string): Promise<Map<string, readonly number[]>> {
  engine ??= (async () => {
    const simulation = new Simulation();
    await simulation.start();
    return simulation;
  })();
  const simulation = await engine;
  simulation.setNetList(netlist);
  const result = await simulation.runSim();
  if (result.dataType !== 'real') throw new Error('ngspice gave complex vectors');
  return new Map(result.data.map(({ name, values }) => [name.toLowerCase(), values]));
}
