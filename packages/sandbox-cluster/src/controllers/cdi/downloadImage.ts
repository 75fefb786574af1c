import { join } from 'node:path';
import { importImage, ImporterError } from '../../bytes';
import type { Context } from '../Context';
import type { Claim, DataVolume } from '../kube/types';
import { sizeBytes } from '../sizes';
import { throttled } from '../throttled';
import { writeStatus } from './conditions';

const PROGRESS_EVERY_MS = 1_000;

/**
 * One attempt of the importer, with the faults that are switched on.
 *
 * @throws ImporterError as the importer ends
 */
export async function downloadImage(
  context: Context,
  options: {
    dataVolume: DataVolume;
    claim: Claim;
    prime: Claim;
    scratch: Claim;
    signal: AbortSignal;
  },
): Promise<void> {
  const { disks, settings } = context;
  const { dataVolume, claim, prime, scratch, signal } = options;
  const { url, checksum } = dataVolume.spec.source!.http!;
  throwFault(context, dataVolume);
  await importImage({
    url: faultyUrl(context, dataVolume, url),
    checksum,
    target: disks.fileOf(prime.spec.volumeName!, claim.spec.volumeMode),
    scratch: join(disks.folderOf(scratch.spec.volumeName!), 'scratch'),
    requestBytes: sizeBytes(claim.spec.resources?.requests?.storage),
    volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    hosts: settings.hosts,
    bytesPerSecond: settings.importBytesPerSecond,
    signal,
    onProgress: throttled(PROGRESS_EVERY_MS, (percent: number) => {
      if (percent >= 100) return;
      writeStatus(context, dataVolume, {
        progress: `${percent.toFixed(2)}%`,
      }).catch(() => undefined);
    }),
  });
}

function throwFault({ faults }: Context, dataVolume: DataVolume) {
  if (faults.has('wrong-checksum', dataVolume)) {
    throw new ImporterError(
      'Unable to process data: checksum validation failed: checksum mismatch: expected by the fault "wrong-checksum"',
      { reason: 'ChecksumError', fatal: true },
    );
  }
  if (faults.has('too-big', dataVolume)) {
    throw new ImporterError(
      'Unable to process data: Unable to transfer source data to scratch space: virtual image size 1099511627776 is larger than the reported available storage 0. A larger PVC is required',
      { conditionMessage: 'DataVolume too small to contain image' },
    );
  }
}

/** The image server's own faults stand in for a server that fails. */
function faultyUrl(
  { faults }: Context,
  dataVolume: DataVolume,
  url: string,
): string {
  const fault = (['404', 'cut'] as const).find(one =>
    faults.has(one, dataVolume),
  );
  if (!fault) return url;
  const target = new URL(url);
  target.pathname = `/faults/${fault}${target.pathname}`;
  return target.href;
}
