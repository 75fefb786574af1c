import {
  ANNOTATIONS,
  bytesInWords,
  type Activity,
  type Retirement,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config/types';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
} from '../kubernetes';
import type { DataSource } from '../manifests';
import {
  imageNameOf,
  isOurImage,
  retirementOf,
  type DerivedRow,
} from '../tracking/rows';
import type { FreeingJournal } from './FreeingJournal';
import { deleteProtected } from './deleteProtected';
import { findCopies, type Copies, type RunningCopy } from './findCopies';
import { readChain, type Chain } from './readChain';
import { letGo } from './retain';

/** An entry in the history of an object. */
export type Note = Omit<Activity, 'cluster' | 'at' | 'kind'>;

export interface RetirerOptions {
  client: ClusterClient;
  cluster: ClusterConfig;
  journal: FreeingJournal;
  nowMs: () => number;
  note: (entry: Note) => Promise<void>;
  refresh: (namespace: string, name: string) => Promise<void>;
  onError: (key: string, error: unknown) => void;
  signal: AbortSignal;
}

interface Target {
  namespace: string;
  name: string;
  image: string;
}

/**
 * Deletes images that are marked `retiring`, each as soon as nothing copies
 * from it any more. Every decision comes from fresh reads, and what is deleted
 * must be as it was read: a restart between two steps changes nothing.
 */
export class Retirer {
  readonly #options: RetirerOptions;
  readonly #targets = new Map<string, Target>();

  constructor(options: RetirerOptions) {
    this.#options = options;
  }

  /** Takes note of what is marked; the next pass looks at it. */
  consider(rows: DerivedRow[]) {
    for (const { key, joined, record } of rows) {
      const { object } = record.tracked;
      const marked = object.kind === 'image' && object.retirement?.at;
      if (marked && isOurImage(joined)) {
        const { namespace, name } = joined;
        this.#targets.set(key, { namespace, name, image: imageNameOf(joined) });
      } else {
        this.#targets.delete(key);
      }
    }
  }

  async pass(): Promise<void> {
    const { onError, signal } = this.#options;
    for (const [key, target] of [...this.#targets]) {
      if (signal.aborted) return;
      try {
        await this.#step(key, target);
      } catch (error) {
        onError(key, error);
      }
    }
  }

  async #step(key: string, target: Target): Promise<void> {
    const { client, cluster } = this.#options;
    const chain = await readChain(client, target);
    const { annotations = {}, deletionTimestamp } =
      chain?.object.metadata ?? {};
    const retirement = retirementOf(annotations[ANNOTATIONS.retiring]);
    if (!chain || !retirement?.at || deletionTimestamp) {
      this.#targets.delete(key);
      return;
    }
    const wanted =
      annotations[ANNOTATIONS.hold] !== undefined
        ? `the hold on it: ${annotations[ANNOTATIONS.hold]}`
        : await this.#currentness(target);
    if (wanted && retirement.by === undefined) {
      await this.#spare(key, chain, wanted);
      return;
    }
    const copies = await findCopies(client, chain, cluster.scope);
    const blocked = wanted ?? waitsFor(copies, retirement, target.namespace);
    if (blocked) await this.#say(chain, retirement, blocked.slice(0, 300));
    else await this.#delete(target, chain, retirement, copies);
  }

  async #currentness(target: Target): Promise<string | undefined> {
    const { namespace, name, image } = target;
    const alias = await this.#options.client.get<DataSource>({
      type: RESOURCES.dataSources,
      namespace,
      name: image,
    });
    return alias?.spec.source?.pvc?.name === name
      ? 'another version to become current'
      : undefined;
  }

  /**
   * Nobody asked to retire it: it was only old. Made current or put on hold at
   * the same moment it is kept, and can be cloned again.
   */
  async #spare(key: string, chain: Chain, wanted: string) {
    const { client, note, refresh, signal } = this.#options;
    const { uid = '', resourceVersion, name } = chain.object.metadata;
    const { namespace = '' } = chain.ref;
    signal.throwIfAborted();
    await client.patch(
      chain.ref,
      { metadata: { annotations: { [ANNOTATIONS.retiring]: null } } },
      { uid, resourceVersion },
    );
    this.#targets.delete(key);
    await note({
      namespace,
      name,
      uid,
      action: 'retirement-cancelled',
      message: `${name} is not retired after all: it would wait for ${wanted}`,
    });
    await refresh(namespace, name);
  }

  /** What it waits for is written on the object, when it changes. */
  async #say(chain: Chain, retirement: Retirement, waitingFor: string) {
    if (retirement.waitingFor === waitingFor) return;
    const text = JSON.stringify({ ...retirement, waitingFor });
    const { uid = '', resourceVersion, name } = chain.object.metadata;
    this.#options.signal.throwIfAborted();
    await this.#options.client.patch(
      chain.ref,
      { metadata: { annotations: { [ANNOTATIONS.retiring]: text } } },
      { uid, resourceVersion },
    );
    await this.#options.refresh(chain.ref.namespace ?? '', name);
  }

  async #delete(
    { namespace, name, image }: Target,
    chain: Chain,
    retirement: Retirement,
    copies: Copies,
  ): Promise<void> {
    const { client, journal, nowMs, note, refresh, signal } = this.#options;
    const { claim, persistentVolume: volume, object, ref } = chain;
    const { uid = '', resourceVersion } = object.metadata;
    signal.throwIfAborted();
    await letGo(client, volume);
    await journal.put({
      namespace,
      name,
      image,
      claimUid: claim?.metadata.uid,
      persistentVolume: claim?.volumeName,
      volumeHandle: volume?.volumeHandle,
      sizeBytes: volume?.capacityBytes,
      at: new Date(nowMs()).toISOString(),
    });
    signal.throwIfAborted();
    try {
      await deleteProtected(client, ref, { uid, resourceVersion });
    } catch (error) {
      // Somebody was faster: the next pass reads it again.
      if (error instanceof KubernetesApiError && error.status === 409) return;
      throw error;
    }
    const size = volume?.capacityBytes;
    await note({
      namespace,
      name,
      uid,
      actor: retirement.by,
      action: 'retired',
      message: [
        `${name} was retired`,
        size ? `; its volume of ${bytesInWords(size)} is being freed` : '',
        copies.unseen.length > 0
          ? `. It was forced, although copies could not all be seen: ${copies.unseen.join(
              ', ',
            )}`
          : '',
      ].join(''),
    });
    await refresh(namespace, name);
  }
}

function waitsFor(
  copies: Copies,
  { force }: Retirement,
  namespace: string,
): string | undefined {
  const [first, ...more] = copies.running;
  if (first) {
    const others = more.length > 0 ? ` and ${more.length} more` : '';
    return `${nameOf(first, namespace)}, which ${first.why}${others}`;
  }
  if (copies.unseen.length === 0 || force) return undefined;
  return `a person to force it, since copies cannot all be seen: ${copies.unseen.join(
    ', ',
  )}`;
}

/** Whoever may read the image need not see what others cloned from it. */
function nameOf(copy: RunningCopy, namespace: string): string {
  return copy.kind === 'Volume' || copy.namespace === namespace
    ? `${copy.kind} ${copy.namespace}/${copy.name}`
    : `a ${copy.kind} of another namespace`;
}
