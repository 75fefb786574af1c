import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { demandsVerification, type ClusterConfig } from '../config';
import type { TrackedStore } from '../database';
import { RESOURCES, type ClusterClient } from '../kubernetes';
import {
  aliasLabels,
  aliasManifest,
  aliasSpec,
  mayBecomeCurrent,
  readImageMetadata,
  type DataSource,
} from '../manifests';
import {
  annotationOf,
  isOurImage,
  labelOf,
  ownerMetadata,
  verifiedOf,
  type Joined,
  type Joiner,
} from '../tracking/rows';
import { planAlias, type ReadyVersion } from './planAlias';

export interface AliasMove {
  /** The claim that the alias points at now; absent when it stays. */
  claimName?: string;
}

/** Makes and moves the DataSource `<image>`, the alias of the current version. */
export class AliasMover {
  readonly #client: ClusterClient;
  readonly #tracked: TrackedStore;
  readonly #joiner: Joiner;
  readonly #cluster: ClusterConfig;

  constructor(options: {
    client: ClusterClient;
    tracked: TrackedStore;
    joiner: Joiner;
    cluster: ClusterConfig;
  }) {
    this.#client = options.client;
    this.#tracked = options.tracked;
    this.#joiner = options.joiner;
    this.#cluster = options.cluster;
  }

  /**
   * Does what is due for this image; `undefined` when nothing was, `foreign`
   * when a DataSource that is not ours bears its name.
   *
   * @throws KubernetesApiError, 409 when somebody else was faster
   */
  async move(
    namespace: string,
    image: string,
  ): Promise<AliasMove | 'foreign' | undefined> {
    const ready = await this.#readyVersions(namespace, image);
    const versions = demandsVerification(this.#cluster, namespace)
      ? ready.map(verifiedAlone)
      : ready;
    const ref = { type: RESOURCES.dataSources, namespace, name: image };
    const alias = await this.#client.get<DataSource>(ref);
    const plan = planAlias(versions, alias);
    if (plan.action === 'none') return undefined;
    if (plan.action === 'foreign') return 'foreign';
    const annotations = {
      [ANNOTATIONS.usedVersions]: JSON.stringify(plan.usedVersions),
    };
    const { claimName, kubevirt } = plan.target ?? {};
    if (plan.action === 'create') {
      await this.#client.create(
        RESOURCES.dataSources,
        aliasManifest({
          namespace,
          image,
          claimName,
          annotations,
        }),
      );
      return { claimName };
    }
    const { uid = '', resourceVersion } = alias?.metadata ?? {};
    await this.#client.patch(
      ref,
      {
        metadata: {
          annotations,
          ...(claimName && { labels: aliasLabels(kubevirt) }),
        },
        ...(claimName && { spec: aliasSpec(namespace, claimName) }),
      },
      { uid, resourceVersion },
    );
    return { claimName };
  }

  async #readyVersions(
    namespace: string,
    image: string,
  ): Promise<ReadyVersion[]> {
    const records = await this.#tracked.versionsOf(this.#client.clusterName, [
      `${namespace}/${image}`,
    ]);
    const ready = records
      .filter(({ tracked }) => tracked.object.state === 'ready')
      .map(({ tracked }) => `${namespace}/${tracked.object.name}`);
    const joined = await this.#joiner.load(ready);
    return [...joined.values()].flatMap(row => readyVersionOf(row) ?? []);
  }
}

/** Only with its identity written: before that it is not known which bytes were meant. */
export function readyVersionOf(joined: Joined): ReadyVersion | undefined {
  const readyAt = annotationOf(joined, ANNOTATIONS.readyAt);
  if (!readyAt || !isOurImage(joined)) return undefined;
  const decided = ownerMetadata(joined)?.annotations ?? {};
  if (decided[ANNOTATIONS.retiring] !== undefined) return undefined;
  return {
    version: labelOf(joined, LABELS.version) ?? '',
    claimName: joined.name,
    readyAt,
    setCurrent: mayBecomeCurrent(annotationOf(joined, ANNOTATIONS.setCurrent)),
    verified: verifiedOf(joined) !== 'none',
    kubevirt: readImageMetadata(ownerMetadata(joined) ?? {}).kubevirt,
  };
}

function verifiedAlone(version: ReadyVersion): ReadyVersion {
  return { ...version, setCurrent: version.setCurrent && version.verified };
}
