import { Simulation } from 'eecircuit-engine';

let engine: Promise<Simulation> | undefined;

/** Runs a netlist in ngspice (WebAssembly build) and gives the operating point by vector name. */
export async function ngspiceOperatingPoint(netlist: string): Promise<Map<string, number>> {
  engine ??= (async () => {
    const simulation = new Simulation();
    await simulation.start();
    return simulation;
  })();
  const simulation = await engine;
  const tight = '.options reltol=1e-9 abstol=1e-16 vntol=1e-12 gmin=1e-20 itl1=500';
  simulation.setNetList(netlist.replace('.op\n', `${tight}\n.op\n`));
  const result = await simulation.runSim();
  return new Map(
    result.data.map(({ name, values }) => {
      const [value] = values;
      return [name.toLowerCase(), typeof value === 'number' ? value : value.real] as const;
    }),
  );
}
