import {
  ANNOTATIONS,
  driftInfo,
  type Drift,
} from '@golden-images/plugin-golden-images-common';
import {
  findDrifts,
  notedDrifts,
  ownerMetadata,
  type DerivedRow,
  type Joined,
} from '../tracking/rows';
import { RESOURCES } from '../kubernetes';
import type { RetirerOptions } from './Retirer';
import { findWriters } from './findWriters';

type Options = Pick<
  RetirerOptions,
  'client' | 'nowMs' | 'note' | 'refresh' | 'onError' | 'signal'
>;

const LONGEST_DETAIL = 300;

/**
 * Writes on an image what became of it since it was published, and into its
 * history: once when it is first seen, and once when it is remedied. What is
 * written on the object is what was said, also after a restart.
 */
export class DriftKeeper {
  readonly #options: Options;
  /** Published images whose volume some Pod uses. */
  readonly #used = new Map<string, Joined>();
  /** Whose notes are not what is found. */
  readonly #due = new Map<string, Joined>();

  constructor(options: Options) {
    this.#options = options;
  }

  consider(rows: DerivedRow[]) {
    for (const { key, joined, record } of rows) {
      this.#used.delete(key);
      this.#due.delete(key);
      if (record.tracked.object.kind !== 'image') continue;
      if (!isPublished(joined)) continue;
      if (kindsOf(findDrifts(joined)) !== kindsOf(notedDrifts(joined))) {
        this.#due.set(key, joined);
      }
      const workloads = joined.longhornVolume?.workloads ?? [];
      if (workloads.length > 0) this.#used.set(key, joined);
    }
  }

  async pass(): Promise<void> {
    const { onError, signal } = this.#options;
    await this.#findWriters();
    for (const [key, joined] of [...this.#due]) {
      if (signal.aborted) return;
      // First, since it may become due again while it is written.
      this.#due.delete(key);
      try {
        await this.#write(joined, findDrifts(joined));
      } catch (error) {
        if (!this.#due.has(key)) this.#due.set(key, joined);
        onError(key, error);
      }
    }
  }

  async #findWriters() {
    const { client, onError, signal } = this.#options;
    const namespaces = new Set(
      [...this.#used.values()].map(({ namespace }) => namespace),
    );
    for (const namespace of namespaces) {
      if (signal.aborted) return;
      const writers = await findWriters(client, namespace);
      for (const [key, joined] of [...this.#used]) {
        const pods = writers.get(joined.name);
        const known = notedDrifts(joined).some(
          ({ kind }) => kind === 'mounted',
        );
        if (joined.namespace !== namespace || !pods || known) continue;
        const detail = `by ${pods.join(', ')}`.slice(0, LONGEST_DETAIL);
        this.#used.delete(key);
        this.#due.delete(key);
        try {
          await this.#write(joined, [
            ...findDrifts(joined),
            { kind: 'mounted', detail },
          ]);
        } catch (error) {
          if (!this.#used.has(key)) this.#used.set(key, joined);
          onError(key, error);
        }
      }
    }
  }

  async #write(joined: Joined, drifts: Drift[]) {
    const { client, nowMs, note, refresh, signal } = this.#options;
    const owner = ownerMetadata(joined);
    if (!owner) return;
    const noted = notedDrifts(joined);
    const now = new Date(nowMs()).toISOString();
    const kept = drifts.map(({ kind, since = now, detail }) => ({
      kind,
      since,
      detail,
    }));
    const text = kept.length > 0 ? JSON.stringify(kept) : null;
    const { namespace, name, uid, resourceVersion } = owner;
    const type = joined.dataVolume ? RESOURCES.dataVolumes : RESOURCES.claims;
    signal.throwIfAborted();
    await client.patch(
      { type, namespace, name },
      { metadata: { annotations: { [ANNOTATIONS.drift]: text } } },
      { uid, resourceVersion },
    );
    for (const { kind, detail } of missingIn(noted, drifts)) {
      await note({
        namespace,
        name,
        uid,
        action: 'drifted',
        message: `${name}: ${driftInfo(kind).words}${
          detail ? ` (${detail})` : ''
        }. ${driftInfo(kind).remedy}`,
      });
    }
    for (const { kind } of missingIn(drifts, noted)) {
      const message = `${name}: it is not so any more that ${
        driftInfo(kind).words
      }`;
      await note({ namespace, name, uid, action: 'drift-ended', message });
    }
    await refresh(namespace, name);
  }
}

function isPublished(joined: Joined): boolean {
  const owner = ownerMetadata(joined);
  return (
    owner?.annotations[ANNOTATIONS.claimUid] !== undefined &&
    owner.annotations[ANNOTATIONS.requestHash] !== undefined &&
    owner.deletedAt === undefined
  );
}

function kindsOf(drifts: Drift[]): string {
  return drifts
    .map(({ kind }) => kind)
    .sort()
    .join();
}

/** Of `drifts`, those of a kind that is not among `others`. */
function missingIn(others: Drift[], drifts: Drift[]): Drift[] {
  return drifts.filter(({ kind }) => !others.some(each => each.kind === kind));
}
