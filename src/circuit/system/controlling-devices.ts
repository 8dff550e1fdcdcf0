import type { Circuit } from '../../netlist/index.js';

/** Names of all devices whose current a controlled source, switch or behaviour uses. */
export function controllingDevices({ devices }: Circuit): ReadonlySet<string> {
  const names = new Set<string>();
  for (const device of devices) {
    if ('control' in device && device.control !== undefined) names.add(device.control);
    if ('behaviour' in device) {
      for (const input of device.behaviour?.inputs ?? []) {
        if (input.kind === 'current') names.add(input.device);
      }
    }
  }
  return names;
}
