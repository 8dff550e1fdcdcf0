import type { DeviceFigures } from '../../magnetics/index.js';
import { formatQuantity } from '../../units/index.js';

/** Derived figures of a device as rows of name and value. */
export function figureRows(figures: DeviceFigures): [string, string][] {
  const { well, spinTransferCurrent, spinOrbitCurrent, demagnetisation, area } = figures;
  const [soft, stiff] = well.stiffness;
  const square = (value: number): string => `${(value * 1e12).toPrecision(4)} um^2`;
  return [
    ['temperature', formatQuantity(figures.temperature, 'K')],
    ['junction area', square(area)],
    ['free-layer volume', `${(figures.volume * 1e27).toPrecision(4)} nm^3`],
    ['demagnetising factors', demagnetisation.map((n) => n.toFixed(5)).join(', ')],
    ['K_eff (perpendicular)', `${(figures.effectiveAnisotropy / 1e3).toPrecision(4)} kJ/m^3`],
    ['easy axis', `[${well.easyAxis.map((v) => v.toFixed(3)).join(', ')}]`],
    ['Hk_eff (softer tilt)', formatQuantity(soft, 'T')],
    ['stiffness of the other tilt', formatQuantity(stiff, 'T')],
    ['Delta', Number.isFinite(well.delta) ? well.delta.toPrecision(4) : 'infinite (0 K)'],
    ['attempt time', formatQuantity(1 / well.attemptRate, 's')],
    [
      'spin-transfer Ic0',
      spinTransferCurrent === undefined
        ? 'none: the reference is not along the easy axis'
        : formatQuantity(spinTransferCurrent, 'A'),
    ],
    [
      'spin-orbit threshold',
      spinOrbitCurrent === undefined
        ? 'no closed form for this geometry: see calibrate'
        : `${formatQuantity(spinOrbitCurrent.ampere, 'A')}, ${spinOrbitCurrent.kind}`,
    ],
    ['precession frequency', formatQuantity(figures.precessionFrequency, 'Hz')],
    ['R_P (RA over area)', formatQuantity(figures.parallelResistance, 'ohm')],
    ['R_AP', formatQuantity(figures.antiparallelResistance, 'ohm')],
    ['TMR', `${(100 * figures.tunnelMagnetoresistance).toPrecision(4)} %`],
    ['channel resistance', formatQuantity(figures.channelResistance, 'ohm')],
  ];
}
