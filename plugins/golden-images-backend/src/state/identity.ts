import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import type { Finding } from './Finding';
import type { Lasting } from './lasting';
import type { DeriveInput, Memory } from './types';

/** The parts of a deletion, or of a creation, are seen one after the other. */
const MOMENT_MS = 5_000;

/** A claim that another DataVolume of this name left behind is not this one's (recorded). */
export function withOwnClaim(input: DeriveInput): DeriveInput {
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
export function memoryOf(input: DeriveInput, ownerUid: string): Memory {
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

/** CDI fills a claim anew under the same name; what was in the old one is gone (recorded). */
export function findOtherClaim(
  input: DeriveInput,
  memory: Memory,
  lasting: Lasting,
): Finding | undefined {
  const { claim, kind } = input;
  const known = knownClaimUid(input, memory);
  if (!known) return findEndOfClaim(input, memory, lasting);
  if (claim?.metadata.uid === known) return undefined;
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

/** The claim was being deleted and is gone: its DataVolume follows in a moment, or makes another one. */
function findEndOfClaim(
  { claim, formerClaim }: DeriveInput,
  memory: Memory,
  lasting: Lasting,
): Finding | undefined {
  if (claim || formerClaim || memory.state !== 'deleting') return undefined;
  const { counts, dueAtMs } = lasting.note('claim-gone', MOMENT_MS);
  return counts ? undefined : { outcome: 'deleting', dueAtMs };
}

/** A claim of a DataVolume that is not there: gone before its claim, or not seen yet. */
export function findLeftBehind(
  input: DeriveInput,
  lasting: Lasting,
): Finding | undefined {
  if (isLeftBehind(input)) return { outcome: 'deleting' };
  const { claim, dataVolumesReadable, dataVolumesBehind } = input;
  if (!dataVolumesReadable || claim?.metadata.controller?.kind !== 'DataVolume')
    return undefined;
  if (dataVolumesBehind) return { outcome: 'pending', reason: 'requested' };
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

export function readyClaimUid(
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
