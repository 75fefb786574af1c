import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import { z } from 'zod/v3';
import { RESOURCES, type ClusterClient } from '../kubernetes';
import { isOurAlias, type DataSource } from '../manifests';

const freeingSchema = z.object({
  /** Name of the DataVolume and claim that were deleted. */
  name: z.string(),
  image: z.string(),
  claimUid: z.string().optional(),
  persistentVolume: z.string().optional(),
  /** Name of the Longhorn volume. */
  volumeHandle: z.string().optional(),
  sizeBytes: z.number().optional(),
  /** ISO 8601: when its DataVolume was deleted. */
  at: z.string(),
  /** That it takes too long has been said. */
  reported: z.boolean().optional(),
});

/** A retired image whose claim and volume are on their way out. */
export type Freeing = z.infer<typeof freeingSchema> & { namespace: string };

const id = (entry: Omit<Freeing, 'at'>) =>
  `${entry.namespace}/${entry.name} ${entry.claimUid ?? ''}`;

/**
 * What is being freed, kept on the alias of the image: of all its objects the
 * alias alone outlives its versions. Where there is no alias of ours, as for an
 * import that never was ready, it is kept in memory only.
 */
export class FreeingJournal {
  readonly #client: ClusterClient;
  readonly #imageNamespaces: string[];
  readonly #entries = new Map<string, Freeing>();
  #loaded = false;

  constructor(client: ClusterClient, imageNamespaces: string[]) {
    this.#client = client;
    this.#imageNamespaces = imageNamespaces;
  }

  get entries(): Freeing[] {
    return [...this.#entries.values()];
  }

  /** Reads what an earlier process has left, once. @throws KubernetesApiError */
  async load(): Promise<void> {
    if (this.#loaded) return;
    for (const namespace of this.#imageNamespaces) {
      const aliases = await this.#client.list<DataSource>(
        RESOURCES.dataSources,
        { namespace, labelSelector: `${LABELS.role}=${ROLE_GOLDEN_IMAGE}` },
      );
      for (const alias of aliases.filter(isOurAlias)) {
        for (const entry of entriesOf(alias)) {
          this.#entries.set(id({ ...entry, namespace }), {
            ...entry,
            namespace,
          });
        }
      }
    }
    this.#loaded = true;
  }

  /** Adds it, or writes it anew. @throws KubernetesApiError, 409 when somebody was faster */
  async put(entry: Freeing): Promise<void> {
    const others = this.#othersOf(entry);
    await this.#write(entry, [...others, entry]);
    this.#entries.set(id(entry), entry);
  }

  /** @throws KubernetesApiError, 409 when somebody was faster */
  async remove(entry: Freeing): Promise<void> {
    await this.#write(entry, this.#othersOf(entry));
    this.#entries.delete(id(entry));
  }

  #othersOf(entry: Freeing): Freeing[] {
    return this.entries.filter(
      other =>
        other.namespace === entry.namespace &&
        other.image === entry.image &&
        id(other) !== id(entry),
    );
  }

  async #write({ namespace, image }: Freeing, entries: Freeing[]) {
    const ref = { type: RESOURCES.dataSources, namespace, name: image };
    const alias = await this.#client.get<DataSource>(ref);
    if (!alias || !isOurAlias(alias)) return;
    const { uid = '', resourceVersion } = alias.metadata;
    const kept = entries.map(({ namespace: _, ...entry }) => entry);
    const text = kept.length > 0 ? JSON.stringify(kept) : null;
    await this.#client.patch(
      ref,
      { metadata: { annotations: { [ANNOTATIONS.freeing]: text } } },
      { uid, resourceVersion },
    );
  }
}

/** An annotation is what anybody wrote: what is not of our form is no entry. */
function entriesOf({ metadata }: DataSource) {
  try {
    const list: unknown = JSON.parse(
      metadata.annotations?.[ANNOTATIONS.freeing] ?? '[]',
    );
    const items = Array.isArray(list) ? list : [];
    return items.flatMap(item => {
      const parsed = freeingSchema.safeParse(item);
      return parsed.success ? parsed.data : [];
    });
  } catch {
    return [];
  }
}
