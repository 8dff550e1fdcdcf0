import { CHANNEL, type ChannelFactory } from './channel.js';

const { current: CURRENT, gm: GM, gds: GDS, gmbs: GMBS } = CHANNEL;
const { threshold: THRESHOLD, saturation: SATURATION } = CHANNEL;

/** Square law with body effect and channel-length modulation (Shichman, Hodges 1968). */
export const level1: ChannelFactory = (p) => {
  const { surfacePotential: phi, body: gamma, builtIn } = p;
  const lambda = p.card.lambda ?? 0;
  const beta = (p.transconductance * p.width) / p.effectiveLength;
  const rootPhi = Math.sqrt(phi);
  return (vgs, vds, vbs, out) => {
    const root = vbs <= 0 ? Math.sqrt(phi - vbs) : Math.max(0, rootPhi - vbs / (2 * rootPhi));
    const threshold = builtIn + gamma * root;
    const overdrive = vgs - threshold;
    // -d threshold / d vbs
    const bodyRatio = root <= 0 ? 0 : gamma / (2 * (vbs <= 0 ? root : rootPhi));
    let current = 0;
    let gm = 0;
    let gds = 0;
    if (overdrive > 0) {
      const modulated = beta * (1 + lambda * vds);
      if (overdrive <= vds) {
        current = 0.5 * modulated * overdrive * overdrive;
        gm = modulated * overdrive;
        gds = 0.5 * lambda * beta * overdrive * overdrive;
      } else {
        const triode = vds * (overdrive - 0.5 * vds);
        current = modulated * triode;
        gm = modulated * vds;
        gds = modulated * (overdrive - vds) + lambda * beta * triode;
      }
    }
    out[CURRENT] = current;
    out[GM] = gm;
    out[GDS] = gds;
    out[GMBS] = gm * bodyRatio;
    out[THRESHOLD] = threshold;
    out[SATURATION] = Math.max(overdrive, 0);
  };
};
