import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import { createHash } from 'node:crypto';
import { RESOURCES, type ObjectRef } from '../kubernetes';
import {
  canonicalJson,
  isOurAlias,
  usedVersionsOf,
  type DataSource,
  type DataVolume,
} from '../manifests';
import type { DerivedRow } from '../tracking/rows';
import type { RetirerOptions } from './Retirer';
import { adoptionRefusal, findAdoption, type Adoption } from './findAdoption';

type Options = Pick<
  RetirerOptions,
  'client' | 'note' | 'refresh' | 'onError' | 'signal'
>;

/**
 * Makes versions of what DataImportCrons have imported, where these are marked
 * for it. From then on it is an image of ours: alias, keeping and deletion are
 * decided as for any other.
 */
export class Adopter {
  readonly #options: Options;
  readonly #due = new Map<string, Adoption>();

  constructor(options: Options) {
    this.#options = options;
  }

  consider(rows: DerivedRow[]) {
    for (const row of rows) {
      const adoption = findAdoption(row);
      if (adoption) this.#due.set(row.key, adoption);
      else this.#due.delete(row.key);
    }
  }

  /** What is refused is looked at again each time: the cron may be corrected. */
  async pass(): Promise<void> {
    const { onError, signal } = this.#options;
    for (const [key, adoption] of [...this.#due]) {
      if (signal.aborted) return;
      try {
        await this.#adopt(adoption);
      } catch (error) {
        onError(key, error);
      }
    }
  }

  async #adopt(adoption: Adoption): Promise<void> {
    const { client, note, refresh } = this.#options;
    const { namespace, name, image, version, cron } = adoption;
    const marked = await client.get({
      type: RESOURCES.dataImportCrons,
      namespace,
      name: cron,
    });
    // Without the mark it is somebody's own affair.
    if (!marked || marked.metadata.labels?.[LABELS.image] === undefined) return;
    const refusal = adoptionRefusal(marked, adoption);
    if (refusal) {
      throw new Error(`DataImportCron ${namespace}/${cron}: ${refusal}`);
    }
    const alias = await client.get<DataSource>({
      type: RESOURCES.dataSources,
      namespace,
      name: image,
    });
    // A version that was retired does not come back under its name.
    const used = alias && isOurAlias(alias) ? usedVersionsOf(alias) : [];
    if (used.includes(version)) return;
    const ref = { type: RESOURCES.dataVolumes, namespace, name };
    const dataVolume = await client.get<DataVolume>(ref);
    if (!dataVolume || dataVolume.metadata.deletionTimestamp) return;
    const labels = {
      [LABELS.role]: ROLE_GOLDEN_IMAGE,
      [LABELS.image]: image,
      [LABELS.version]: version,
    };
    // The claim first: the DataVolume's mark says that all is done.
    await this.#mark({ ...ref, type: RESOURCES.claims }, { labels });
    await this.#mark(ref, {
      labels,
      annotations: identityOf(adoption, dataVolume),
    });
    await note({
      namespace,
      name,
      uid: dataVolume.metadata.uid,
      action: 'adopted',
      message: `${name}, which DataImportCron ${cron} imported, is version ${version} of ${image}`,
    });
    await refresh(namespace, name);
  }

  async #mark(ref: ObjectRef, metadata: object) {
    const { client, signal } = this.#options;
    const found = await client.get(ref);
    if (!found) throw new Error(`${ref.type.resource} ${ref.name} is gone`);
    const { uid = '', resourceVersion } = found.metadata;
    signal.throwIfAborted();
    await client.patch(ref, { metadata }, { uid, resourceVersion });
  }
}

/** What takes the place of a request: which import of which cron it is. */
function identityOf(
  { image, version, cron }: Adoption,
  { spec }: DataVolume,
): Record<string, string> {
  const { url = '' } =
    (spec.source as { registry?: { url?: string } })?.registry ?? {};
  const [, digest] = /@(sha256:[0-9a-f]{64})$/.exec(url) ?? [];
  const request = canonicalJson({ adopted: { image, version, cron, digest } });
  return {
    [ANNOTATIONS.requestHash]: createHash('sha256')
      .update(request)
      .digest('hex'),
    [ANNOTATIONS.request]: request,
    ...(digest && { [ANNOTATIONS.sourceDigest]: digest }),
  };
}
