import { reasonInfo } from '@golden-images/plugin-golden-images-common';
import type { Finding } from './Finding';
import { timeOf } from './newestEvent';
import type { Memory, Thresholds } from './types';

const THRESHOLDS: Thresholds = { attempts: 3, failingMs: 60_000 };

export interface GivingUp {
  /** A wait should throw now. */
  now: boolean;
  /** When it should, if nothing changes: milliseconds since the epoch. */
  dueAtMs?: number;
  /** Since when it is failing without an end. */
  failingSince?: string;
}

/**
 * Whether to wait on: at once not for what time does not heal or nobody tries
 * again, else not after some attempts or some time of failing, whichever is
 * first. A reason that changes for another does not set the clock back.
 */
export function giveUp(options: {
  finding: Finding;
  since: string;
  memory: Memory;
  nowMs: number;
  thresholds?: Thresholds;
}): GivingUp {
  const { finding, memory, nowMs, thresholds = THRESHOLDS } = options;
  const { outcome, reason, attempts = 0 } = finding;
  if (outcome === 'failed' || outcome === 'lost') return { now: true };
  if (outcome !== 'failing') return { now: false };
  const sinceMs = Math.min(
    nowMs,
    timeOf(memory.failingSince ?? finding.countsSince ?? options.since),
  );
  const failingSince = new Date(sinceMs).toISOString();
  const info = reason && reasonInfo(reason);
  const hopeless =
    finding.retries === false || info?.hopeless || info?.retries !== true;
  if (hopeless || attempts >= thresholds.attempts)
    return { now: true, failingSince };
  const dueAtMs = sinceMs + thresholds.failingMs;
  return dueAtMs <= nowMs
    ? { now: true, failingSince }
    : { now: false, dueAtMs, failingSince };
}
