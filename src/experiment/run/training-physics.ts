import { parseCurve } from '../../calibration/index.js';
import type { LoopPhysics } from '../../training/index.js';
import { readText } from '../node/files.js';
import type { LoadedExperiment } from '../node/load-experiment.js';
import { effectiveWires } from './effective-mapping.js';
import type { ArrayFigures } from './netlist-stage.js';

/** What the chips differ by that an experiment trains for: its spreads, curves from their files, its wires. */
export function loopPhysics(
  { experiment, resolvePath }: LoadedExperiment,
  figures: ArrayFigures,
): LoopPhysics | undefined {
  const asked = experiment.training.physics;
  if (!asked) return undefined;
  const { interval, conductanceSpread, population, temperatures, readNoiseAmpere, wires } = asked;
  const { wire, driver, load } = effectiveWires(experiment, figures);
  const curves = temperatures.map((name) => {
    const file = resolvePath(name);
    return parseCurve(readText(file, 'the switching curve'), file);
  });
  return {
    interval,
    ...(conductanceSpread > 0 ? { conductanceSpread } : {}),
    ...(population ? { population } : {}),
    ...(curves.length > 0 ? { temperatureCurves: curves } : {}),
    ...(readNoiseAmpere > 0 ? { readNoiseAmpere } : {}),
    ...(wires
      ? {
          wires: {
            wordLineOhm: wire?.wordLine ?? 0,
            bitLineOhm: wire?.bitLine ?? 0,
            driverOhm: Number(driver ?? 0),
            loadOhm: Number(load ?? 0),
          },
        }
      : {}),
  };
}
