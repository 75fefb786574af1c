import { bytesInWords } from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
  type ObjectRef,
} from '../kubernetes';
import { persistentVolumeView } from '../state';
import { LONGHORN_NAMESPACE } from '../tracking/rows';
import type { Freeing, FreeingJournal } from './FreeingJournal';
import type { RetirerOptions } from './Retirer';

/** How long a volume may take to go before it is said that it stays. */
const PATIENCE_MS = 10 * 60_000;

type Options = Pick<
  RetirerOptions,
  'client' | 'journal' | 'nowMs' | 'note' | 'onError' | 'signal'
>;

/**
 * Follows what retired images leave behind until claim, PersistentVolume and
 * Longhorn volume are gone; what stays is reported, once.
 */
export class FreeingWatch {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async pass(): Promise<void> {
    const { journal, onError, signal } = this.#options;
    await journal.load();
    for (const entry of journal.entries) {
      if (signal.aborted) return;
      try {
        await this.#look(journal, entry);
      } catch (error) {
        onError(`${entry.namespace}/${entry.name}`, error);
      }
    }
  }

  async #look(journal: FreeingJournal, entry: Freeing): Promise<void> {
    const { client, nowMs, note } = this.#options;
    const { namespace, name, sizeBytes, at } = entry;
    const left = await whatIsLeft(client, entry);
    if (left === 'not-deleted') {
      await journal.remove(entry);
      return;
    }
    const volume = sizeBytes
      ? `the volume of ${bytesInWords(sizeBytes)}`
      : 'the volume';
    if (left.length === 0) {
      await journal.remove(entry);
      await note({
        namespace,
        name,
        action: 'freed',
        message: `${volume} of ${name}, which was retired, is freed`,
      });
    } else if (!entry.reported && nowMs() - Date.parse(at) > PATIENCE_MS) {
      await journal.put({ ...entry, reported: true });
      await note({
        namespace,
        name,
        action: 'not-freed',
        message: `${volume} of ${name}, which was retired, is not freed: ${left.join(
          ', ',
        )}`,
      });
    }
  }
}

/** Sentence parts; `not-deleted` when the claim's own object is alive, so that nothing was begun. */
async function whatIsLeft(
  client: ClusterClient,
  entry: Freeing,
): Promise<string[] | 'not-deleted'> {
  const { namespace, name, claimUid, persistentVolume, volumeHandle } = entry;
  const left: string[] = [];
  const claim = await client.get({ type: RESOURCES.claims, namespace, name });
  if (claim && claim.metadata.uid === claimUid) {
    const dataVolume = await client.get({
      type: RESOURCES.dataVolumes,
      namespace,
      name,
    });
    const owner = claim.metadata.ownerReferences?.find(each => each.controller);
    const alive = dataVolume && dataVolume.metadata.uid === owner?.uid;
    const going = (dataVolume ?? claim).metadata.deletionTimestamp;
    if ((alive || !owner) && !going) return 'not-deleted';
    left.push(
      claim.metadata.deletionTimestamp
        ? `its claim is being deleted, but something still uses it`
        : `its claim is still there`,
    );
  }
  if (persistentVolume) {
    const type = RESOURCES.persistentVolumes;
    const found = await seen(client, { type, name: persistentVolume });
    if (found === 'unreadable') {
      left.push(`PersistentVolume ${persistentVolume} cannot be read`);
    } else if (found) {
      const { phase, reclaimPolicy } = persistentVolumeView(found);
      left.push(
        `PersistentVolume ${persistentVolume} is ${phase ?? 'there'}${
          reclaimPolicy === 'Retain' ? ' and is to be retained' : ''
        }`,
      );
    }
  }
  if (volumeHandle) {
    const found = await seen(client, {
      type: RESOURCES.longhornVolumes,
      namespace: LONGHORN_NAMESPACE,
      name: volumeHandle,
    });
    // Whoever may not see Longhorn's volumes has the PersistentVolume to go by.
    if (found && found !== 'unreadable') {
      left.push(`Longhorn volume ${volumeHandle} is still there`);
    }
  }
  return left;
}

async function seen(client: ClusterClient, ref: ObjectRef) {
  try {
    return await client.get(ref);
  } catch (error) {
    const refused = error instanceof KubernetesApiError && error.status === 403;
    if (refused) return 'unreadable';
    throw error;
  }
}
