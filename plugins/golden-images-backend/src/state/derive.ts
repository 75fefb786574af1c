import {
  ANNOTATIONS,
  reasonInfo,
  type ImageState,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';
import type { Finding, Outcome } from './Finding';
import { findClaimState } from './findClaimState';
import { findDataVolumeState } from './findDataVolumeState';
import { Lasting } from './lasting';
import type { Derived, DeriveInput, Memory } from './types';

/** A wait gives up what may heal after so many attempts or so long, whichever is first. */
const GIVE_UP_ATTEMPTS = 3;
const GIVE_UP_MS = 60_000;

/**
 * The state of an image or a volume, derived from what is, and from the last
 * error, which the cluster forgets. Pure: the same input gives the same answer.
 *
 * @throws Error when there is neither a DataVolume nor a claim
 */
export function derive(input: DeriveInput): Derived {
  const owner = (input.dataVolume ?? input.claim)?.metadata;
  if (!owner)
    throw new Error(
      'There is neither a DataVolume nor a claim to derive a state from',
    );
  const memory = memoryOf(input, owner.uid);
  const lasting = new Lasting(memory, input.nowMs);
  const { finding, lastError } = find(input, memory, lasting);
  const state = stateOf(finding.outcome, input.kind);
  const since = sinceOf({ state, finding, memory, nowMs: input.nowMs });
  const progressPercent = progressOf(finding, memory);
  const givingUp = giveUp(finding, since, input.nowMs);
  const info = finding.reason && reasonInfo(finding.reason);
  return {
    state,
    reason: finding.reason,
    since,
    message: finding.message,
    remedy: info?.remedy,
    retries:
      state === 'failing'
        ? finding.retries ?? info?.retries ?? false
        : undefined,
    attempts: finding.attempts,
    progressPercent,
    stage: stageOf(finding),
    giveUp: givingUp.now,
    dueAtMs: earliest(finding.dueAtMs, givingUp.dueAtMs),
    memory: {
      uid: memory.uid,
      state,
      reason: finding.reason,
      since,
      lastError,
      progressPercent,
      readyClaimUid: readyClaimUid(input, finding, memory),
      lasting: lasting.toMemory(),
    },
  };
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
  const { dataVolume, claim, kind } = input;
  if (dataVolume?.metadata.deletedAt ?? claim?.metadata.deletedAt) {
    return {
      finding: {
        outcome: 'deleting',
        sinceAt: dataVolume?.metadata.deletedAt ?? claim?.metadata.deletedAt,
      },
    };
  }
  if (isLeftBehind(input)) return { finding: { outcome: 'deleting' } };
  const known = knownClaimUid(input, memory);
  if (known && claim?.metadata.uid !== known) {
    // CDI fills a claim anew under the same name; what was in the old one is gone (recorded).
    const reason = kind === 'image' ? 're-imported' : 're-created';
    return {
      finding: {
        outcome: 'failing',
        reason,
        retries: false,
        bound: claim?.phase === 'Bound',
      },
    };
  }
  if (dataVolume)
    return findDataVolumeState(input, dataVolume, memory, lasting);
  return { finding: findClaimState(input, claim!, lasting) };
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
  finding: Finding,
  memory: Memory,
): string | undefined {
  return (
    knownClaimUid(input, memory) ??
    (finding.outcome === 'done' ? input.claim?.metadata.uid : undefined)
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

function stageOf({ outcome, bound, copied }: Finding): Derived['stage'] {
  if (outcome === 'done' || outcome === 'resizing') return 'usable';
  if (copied) return 'copied';
  return bound ? 'bound' : 'accepted';
}

function sinceOf(options: {
  state: string;
  finding: Finding;
  memory: Memory;
  nowMs: number;
}): string {
  const { state, finding, memory, nowMs } = options;
  if (
    memory.state === state &&
    memory.reason === finding.reason &&
    memory.since
  )
    return memory.since;
  const at = finding.sinceAt ? Date.parse(finding.sinceAt) : nowMs;
  return new Date(Math.min(at, nowMs)).toISOString();
}

/** Progress of one volume never falls; a new attempt of an import begins anew. */
function progressOf(finding: Finding, memory: Memory): number | undefined {
  if (finding.outcome !== 'running' || finding.progressPercent === undefined)
    return undefined;
  const before = finding.bound ? memory.progressPercent ?? 0 : 0;
  return Math.max(before, finding.progressPercent);
}

function giveUp(
  { outcome, reason, attempts = 0 }: Finding,
  since: string,
  nowMs: number,
): { now: boolean; dueAtMs?: number } {
  if (outcome === 'failed' || outcome === 'lost') return { now: true };
  if (outcome !== 'failing') return { now: false };
  const hopeless =
    reason && (reasonInfo(reason).hopeless || !reasonInfo(reason).retries);
  if (hopeless || attempts >= GIVE_UP_ATTEMPTS) return { now: true };
  const dueAtMs = Date.parse(since) + GIVE_UP_MS;
  return dueAtMs <= nowMs ? { now: true } : { now: false, dueAtMs };
}

function earliest(...moments: (number | undefined)[]): number | undefined {
  const known = moments.filter(moment => moment !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
