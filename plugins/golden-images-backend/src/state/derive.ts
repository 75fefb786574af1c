import {
  ANNOTATIONS,
  reasonInfo,
  type ImageState,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';
import type { Finding, Outcome } from './Finding';
import { findClaimState } from './findClaimState';
import { findDataVolumeState } from './findDataVolumeState';
import { giveUp } from './giveUp';
import { Lasting } from './lasting';
import { progressOf } from './progress';
import type { Derived, DeriveInput, Memory } from './types';

/** The parts of a deletion, or of a creation, are seen one after the other. */
const MOMENT_MS = 5_000;

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
  const since = sinceOf({ ...finding, state, reason }, memory, nowMs);
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
      ...progress.memory,
      readyClaimUid: readyClaimUid(input, finding, memory),
      lasting: lasting.toMemory(),
      failingSince: givingUp.failingSince,
    },
  };
}

/** A claim that another DataVolume of this name left behind is not this one's (recorded). */
function withOwnClaim(input: DeriveInput): DeriveInput {
  const { dataVolume, claim } = input;
  const controller = claim?.metadata.controller;
  const isFormer =
    dataVolume !== undefined &&
    controller?.kind === 'DataVolume' &&
    controller.uid !== dataVolume.metadata.uid;
  return isFormer
    ? {
        ...input,
        claim: undefined,
        formerClaim: claim,
        persistentVolume: undefined,
        longhornVolume: undefined,
        sourceLonghornVolume: undefined,
      }
    : input;
}

/** What is remembered of this very object. */
function memoryOf(input: DeriveInput, ownerUid: string): Memory {
  const { memory } = input;
  return memory && (memory.uid === ownerUid || isLeftBehind(input))
    ? memory
    : { uid: ownerUid };
}

/** The DataVolume that was there is gone: the garbage collector takes its claim, too. */
function isLeftBehind({ dataVolume, claim, memory }: DeriveInput): boolean {
  return (
    !dataVolume &&
    memory !== undefined &&
    claim?.metadata.controller?.uid === memory.uid
  );
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
  return { finding: orphan ?? findClaimState(input, claim!, lasting) };
}

/** CDI fills a claim anew under the same name; what was in the old one is gone (recorded). */
function findOtherClaim(
  input: DeriveInput,
  memory: Memory,
  lasting: Lasting,
): Finding | undefined {
  const { claim, kind } = input;
  const known = knownClaimUid(input, memory);
  if (!known || claim?.metadata.uid === known) return undefined;
  if (!claim) {
    // Of a deletion the claim's end may be seen before the DataVolume's.
    const { counts, dueAtMs } = lasting.note('claim-gone', MOMENT_MS);
    if (!counts) return { outcome: 'deleting', dueAtMs };
  }
  return {
    outcome: 'failing',
    reason: kind === 'image' ? 're-imported' : 're-created',
    retries: false,
    otherBytes: true,
  };
}

/** A claim of a DataVolume that is not there: gone before its claim, or not seen yet. */
function findLeftBehind(
  input: DeriveInput,
  lasting: Lasting,
): Finding | undefined {
  if (isLeftBehind(input)) return { outcome: 'deleting' };
  const { claim, dataVolumesReadable } = input;
  if (!dataVolumesReadable || claim?.metadata.controller?.kind !== 'DataVolume')
    return undefined;
  const { counts, dueAtMs } = lasting.note('no-data-volume', MOMENT_MS);
  return counts
    ? { outcome: 'deleting' }
    : { outcome: 'pending', reason: 'requested', dueAtMs };
}

/** uid of the claim that was there at the first ready: as the object says, else as is remembered. */
function knownClaimUid(
  { dataVolume, claim }: DeriveInput,
  memory: Memory,
): string | undefined {
  return (
    (dataVolume ?? claim)?.metadata.annotations[ANNOTATIONS.claimUid] ??
    memory.readyClaimUid
  );
}

function readyClaimUid(
  input: DeriveInput,
  { outcome }: Finding,
  memory: Memory,
): string | undefined {
  return (
    knownClaimUid(input, memory) ??
    (outcome === 'done' || outcome === 'resizing'
      ? input.claim?.metadata.uid
      : undefined)
  );
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
