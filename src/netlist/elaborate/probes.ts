import type { ProbeResolver } from '../expression/build-behaviour.js';
import { flatReference, requireNode } from './names.js';
import type { Frame } from './state.js';

/** Resolves `v(...)`, `i(...)` and `@d[p]` of a frame; `by` names who asks, for messages. */
export function resolveProbe(frame: Frame, by: string): ProbeResolver {
  return (probe) => {
    if (probe.type === 'device-quantity') {
      const device = flatReference(frame, { name: probe.device, place: probe.place }, by);
      return { kind: 'device', device, parameter: probe.parameter };
    }
    const part = probe.part === undefined ? {} : { part: probe.part };
    if (probe.quantity === 'i') {
      const device = flatReference(frame, { name: probe.names[0], place: probe.place + 2 }, by);
      return { kind: 'current', device, ...part };
    }
    const [positive, negative = 0] = probe.names.map((name) =>
      requireNode(frame, name, probe.place + 2),
    );
    return { kind: 'voltage', positive, negative, ...part };
  };
}
