import { invalidInput } from '../../errors/index.js';
import type { Experiment } from '../schema.js';

/** Throws invalidInput for settings that training does not know together, before anything is trained. */
export function refuseUntrainable(experiment: Experiment, file: string): void {
  refuseOffsets(experiment, file);
  refuseSliceFilters(experiment, file);
}

function refuseOffsets({ training: { learnOffsets, biasRows } }: Experiment, file: string): void {
  if (!learnOffsets || biasRows) return;
  throw invalidInput({
    code: 'training.learned-offsets',
    what: 'offsets are learned with bias rows only',
    where: { file, keyPath: 'training.learnOffsets' },
    why: 'the bias row is what adds them to a column',
    mend: 'set training.biasRows to true, or leave out training.learnOffsets',
  });
}

/** Throws invalidInput where slices that are trained separately meet what only whole weights know. */
function refuseSliceFilters({ training }: Experiment, file: string): void {
  const { sliceFilters, standardise, learnSteps, physics } = training;
  const others = Object.entries({
    standardise,
    learnSteps,
    'physics.conductanceSpread': (physics?.conductanceSpread ?? 0) > 0,
    'physics.wires': physics?.wires,
  }).flatMap(([name, wanted]) => (wanted ? [`training.${name}`] : []));
  if (!sliceFilters || others.length === 0) return;
  throw invalidInput({
    code: 'training.slice-filters',
    what: `slice filters are not trained together with ${others.join(', ')}`,
    where: { file, keyPath: 'training.sliceFilters' },
    why: 'these act on one weight, of which slices are the bits',
    mend: `leave out ${others.join(', ')}, or training.sliceFilters`,
  });
}
