import type { ImageProber, ProbeOutcome, ProbeTarget } from '../../imports';

export const knownDisk = (virtualSizeBytes: number): ProbeOutcome => ({
  outcome: 'known',
  facts: { format: 'qcow2', virtualSizeBytes, notes: [] },
});

/** Sees in each image what it was told to see: a disk of 900 MiB, unless said otherwise. */
export class FakeProber implements ImageProber {
  readonly looked: (ProbeTarget & { caller: string })[] = [];
  outcome: ProbeOutcome = knownDisk(900 * 2 ** 20);

  async probe(
    target: ProbeTarget,
    { caller }: { caller: string },
  ): Promise<ProbeOutcome> {
    this.looked.push({ ...target, caller });
    return this.outcome;
  }
}
