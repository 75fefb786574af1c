import {
  reasonInfo,
  type ImageState,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';
import type { Finding, Outcome } from './Finding';
import { attemptOf } from './findAttempt';
import { findClaimState } from './findClaimState';
import { findDataVolumeState } from './findDataVolumeState';
import { findTransfer } from './findTransfer';
import { giveUp } from './giveUp';
import {
  findLeftBehind,
  findOtherClaim,
  memoryOf,
  readyClaimUid,
  withOwnClaim,
} from './identity';
import { Lasting } from './lasting';
import { progressOf } from './progress';
import { sinceByCluster } from './sinceByCluster';
import type { Derived, DeriveInput, Memory } from './types';

/**
 * The state of an image or a volume, derived from what is, and from the last
 * error, which the cluster forgets. Pure: the same input gives the same answer.
 *
 * @throws Error when there is neither a DataVolume nor a claim
 */
export function derive(given: DeriveInput): Derived {
  const input = withOwnClaim(given);
  const owner = (input.dataVolume ?? input.claim)?.metadata;
  if (!owner)
    throw new Error(
      'There is neither a DataVolume nor a claim to derive a state from',
    );
  const { nowMs, thresholds } = input;
  const memory = memoryOf(input, owner.uid);
  const lasting = new Lasting(memory, nowMs);
  const { finding, lastError } = find(input, memory, lasting);
  const { outcome } = finding;
  const progress = progressOf(input, finding, memory);
  const reason =
    finding.reason === 'copy-not-started' && progress.shown !== undefined
      ? undefined
      : finding.reason;
  const state = stateOf(outcome, input.kind);
  const since = sinceOf(
    { state, reason, sinceAt: sinceByCluster(input, finding, !memory.state) },
    memory,
    nowMs,
  );
  const givingUp = giveUp({ finding, since, memory, nowMs, thresholds });
  const info = reason && reasonInfo(reason);
  return {
    state,
    reason,
    since,
    message: finding.message,
    remedy: info?.remedy,
    retries:
      outcome === 'failing'
        ? finding.retries ?? info?.retries ?? false
        : undefined,
    attempts: finding.attempts,
    progressPercent: progress.shown,
    stage: stageOf(input, finding),
    giveUp: givingUp.now,
    needsDryRun: finding.needsDryRun || undefined,
    dueAtMs: earliest(finding.dueAtMs, givingUp.dueAtMs),
    memory: {
      uid: memory.uid,
      state,
      reason,
      since,
      lastError,
      attempt: outcome === 'running' ? attemptOf(input.dataVolume) : undefined,
      ...progress.memory,
      readyClaimUid: readyClaimUid(input, finding, memory),
      lasting: lasting.toMemory(),
      failingSince: givingUp.failingSince,
    },
  };
}

function find(
  input: DeriveInput,
  memory: Memory,
  lasting: Lasting,
): { finding: Finding; lastError?: Memory['lastError'] } {
  const { dataVolume, claim } = input;
  const deletedAt = dataVolume?.metadata.deletedAt ?? claim?.metadata.deletedAt;
  if (deletedAt)
    return { finding: { outcome: 'deleting', sinceAt: deletedAt } };
  const changed = findOtherClaim(input, memory, lasting);
  if (changed) return { finding: changed };
  if (dataVolume)
    return findDataVolumeState(input, dataVolume, memory, lasting);
  const orphan = findLeftBehind(input, lasting);
  if (orphan) return { finding: orphan };
  const transfer = findTransfer(claim!);
  return transfer
    ? findDataVolumeState(input, transfer, memory, lasting)
    : { finding: findClaimState(input, claim!, lasting) };
}

function stateOf(
  outcome: Outcome,
  kind: DeriveInput['kind'],
): ImageState | VolumeState {
  switch (outcome) {
    case 'running':
      return kind === 'image' ? 'importing' : 'copying';
    case 'done':
      return kind === 'image' ? 'ready' : 'usable';
    case 'resizing':
      return kind === 'image' ? 'ready' : 'resizing';
    default:
      return outcome;
  }
}

function stageOf(
  { claim }: DeriveInput,
  { outcome, copied, otherBytes }: Finding,
): Derived['stage'] {
  if (outcome === 'done' || outcome === 'resizing') return 'usable';
  if (claim?.phase !== 'Bound' || otherBytes || outcome === 'deleting')
    return 'accepted';
  return copied ? 'copied' : 'bound';
}

function sinceOf(
  found: Pick<Finding, 'reason' | 'sinceAt'> & { state: string },
  memory: Memory,
  nowMs: number,
): string {
  const { state, reason, sinceAt } = found;
  if (memory.state === state && memory.reason === reason && memory.since)
    return memory.since;
  const atMs = Date.parse(sinceAt ?? '');
  return new Date(
    Number.isNaN(atMs) ? nowMs : Math.min(atMs, nowMs),
  ).toISOString();
}

function earliest(...moments: (number | undefined)[]): number | undefined {
  const known = moments.filter(moment => moment !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
