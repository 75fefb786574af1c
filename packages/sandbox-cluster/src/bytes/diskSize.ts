/** CDI's default overhead of a file system (CDIConfig `filesystemOverhead.global`). */
export const FILESYSTEM_OVERHEAD = 0.06;

const MIB = 2 ** 20;

/**
 * What a Filesystem volume of this request offers: 97.6 % of it, rounded down to
 * 4 KiB, as recorded (2Gi gives 2,095,947,776 bytes).
 */
export function availableBytes(requestBytes: number): number {
  return Math.floor((requestBytes * 0.976) / 4096) * 4096;
}

/**
 * Length of `disk.img` after an import into a Filesystem volume: CDI 1.66 grows
 * the disk to what the volume offers less the overhead, rounded down to 1 MiB,
 * but never below the image's virtual size nor above the request.
 */
export function diskBytes(virtualBytes: number, requestBytes: number): number {
  const available = Math.min(availableBytes(requestBytes), requestBytes);
  const usable = Math.floor(available / (1 + FILESYSTEM_OVERHEAD) / MIB) * MIB;
  return Math.max(virtualBytes, Math.min(requestBytes, usable));
}
