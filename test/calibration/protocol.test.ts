import { describe, expect, it } from 'vitest';
import { parseProtocol, responseDuration, responseOf } from '../../src/calibration/index.js';
import { deviceFile, protocolFile } from './files.js';

const GOOD = `name: p
kind: reset-and-pulse
range: { from: 0 uA, to: 100 uA }
segments:
  - { phase: pulse, duration: 2 ns, sweptShare: 1 }
`;

describe('protocol files', () => {
  it('the committed ones are valid and say what they do', () => {
    const preset = protocolFile('hard-axis-preset');
    expect(preset.kind).toBe('hard-axis-preset');
    expect(preset.segments.map(({ phase }) => phase)).toEqual(['preset', 'pulse', 'relax']);
    expect(protocolFile('reset-and-pulse').kind).toBe('reset-and-pulse');
    expect(responseDuration(responseOf(deviceFile('sot-mtj-in-plane'), preset))).toBeCloseTo(
      4.25e-9,
      18,
    );
  });

  it.each([
    ['a wrong dimension', GOOD.replace('2 ns', '2 nm'), 'segments[0].duration'],
    ['an unknown key', GOOD.replace('sweptShare', 'sweepShare'), 'did you mean "sweptShare"'],
    ['a negative duration', GOOD.replace('2 ns', '-2 ns'), 'segments[0].duration'],
    ['an empty range', GOOD.replace('from: 0 uA', 'from: 200 uA'), 'the range is empty'],
    ['no swept current', GOOD.replace('sweptShare: 1', 'sweptShare: 0'), 'flows in no segment'],
    ['an unknown kind', GOOD.replace('reset-and-pulse', 'magic'), 'kind'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseProtocol(text, 'p.yaml')).toThrow(message);
  });

  it('puts each current through its terminal, ramps included', () => {
    const device = deviceFile('sot-mtj-in-plane');
    const text = `${GOOD}  - { phase: relax, duration: 1 ns, waveform: fall, presetCurrent: 100 uA, field: [0 mT, 5 mT, 0 mT] }\n`;
    const { driveAt } = responseOf(device, parseProtocol(text, 'p.yaml'));
    const [pulse, fall] = driveAt(50e-6);
    const perAmpere =
      (1.054571817e-34 * 0.3) / (2 * 1.602176634e-19 * 1.2e6 * 1.3e-9 * 80e-9 * 3e-9);
    expect(pulse.dampingLike?.[1]).toBeCloseTo(perAmpere * 50e-6, 12);
    expect(pulse.dampingLikeEnd).toBeUndefined();
    expect(fall.dampingLike?.[0]).toBeCloseTo(perAmpere * 100e-6, 12);
    expect(fall.dampingLikeEnd).toEqual([0, 0, 0]);
    expect(fall.field?.[1]).toBeCloseTo(5e-3, 15);
    expect(fall.fieldEnd?.[1]).toBe(0);
  });
});
