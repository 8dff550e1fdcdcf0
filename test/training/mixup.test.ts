import { describe, expect, it } from 'vitest';
import { betaShare, mixImages } from '../../src/training/mixup.js';

describe('mixup', () => {
  it.each([0.2, 1])('draws its share from Beta(alpha, alpha): alpha = %s', (alpha) => {
    const count = 4000;
    const shares = Array.from({ length: count }, (_, step) => betaShare(alpha, 11, step));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    const mean = shares.reduce((sum, share) => sum + share, 0) / count;
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / count;
    const expected = 1 / (4 * (2 * alpha + 1));
    // Four standard errors of the mean, and of the variance (the fourth moment is below variance / 4).
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / count));
    expect(Math.abs(variance - expected)).toBeLessThan(4 * Math.sqrt(expected / 4 / count));
    expect(betaShare(alpha, 11, 5)).toBe(shares[5]);
  });

  it('blends every image with the one at the other end', () => {
    const pixels = Uint8Array.of(0, 100, 50, 60, 200, 40);
    expect([...mixImages(pixels, 3, 0.75)]).toEqual([50, 85, 50, 60, 150, 55]);
  });
});
