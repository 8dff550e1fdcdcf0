import { driveAt } from './equation-of-motion.js';
import { isRamp, type DriveSegment } from './macrospin.js';

/** The same drive in segments of at most `longest` seconds; ramps go on as ramps. */
export function splitDrive(drive: readonly DriveSegment[], longest: number): DriveSegment[] {
  return drive.flatMap((segment) => {
    const parts = Math.max(1, Math.ceil(segment.durationSeconds / longest - 1e-9));
    return Array.from({ length: parts }, (_, k): DriveSegment => {
      const durationSeconds = segment.durationSeconds / parts;
      if (!isRamp(segment)) return { ...segment, durationSeconds };
      const [from, to] = [driveAt(segment, k / parts), driveAt(segment, (k + 1) / parts)];
      return {
        durationSeconds,
        ...from,
        ...(to.field ? { fieldEnd: to.field } : {}),
        ...(to.dampingLike ? { dampingLikeEnd: to.dampingLike } : {}),
        perpendicularAnisotropyEnd: to.perpendicularAnisotropy ?? 0,
        ...(from.angularTransfer && to.angularTransfer
          ? {
              angularTransfer: {
                ...from.angularTransfer,
                strengthEnd: to.angularTransfer.strength,
              },
            }
          : {}),
      };
    });
  });
}
