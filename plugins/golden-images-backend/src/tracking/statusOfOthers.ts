import type { TrackerStatus } from '../database';

/** A tracker writes its status every 5 s; what is older has no writer. */
const STATUS_LIFE_MS = 20_000;

/** Status of a cluster that another instance follows, as it was written last. */
export function statusOfOthers(
  written: { status: TrackerStatus; writtenAtMs: number } | undefined,
  nowMs: number,
): TrackerStatus {
  if (!written) return { connection: 'connecting', missing: [] };
  if (nowMs - written.writtenAtMs <= STATUS_LIFE_MS) return written.status;
  return {
    ...written.status,
    connection: 'connecting',
    since: new Date(written.writtenAtMs).toISOString(),
    message: 'No instance of the backend follows this cluster right now',
  };
}
