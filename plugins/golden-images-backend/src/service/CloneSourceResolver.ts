import { NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  Quantity,
  deprecatedInWords,
  reasonInfo,
  stateSentence,
  type CloneRequest,
  type Image,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import { SharedReads } from '../batching';
import type { ClusterConfig } from '../config/types';
import { RESOURCES } from '../kubernetes/ClusterClient';
import {
  imageObjectName,
  type CloneSource,
  type DataSource,
  type DataVolume,
} from '../manifests';
import type { ObjectKey, SourceClaimInfo, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { Problems } from './Problems';
import type { Verdict } from './preflight';
import { clusterText } from './clusterText';
import { readyVersions } from './readyVersions';
import { requireConnection } from './requireConnection';
import { whyUnverified } from './verification';

/** What the bytes of an image were verified by. */
function digestOf(dataVolume: DataVolume | undefined): string | undefined {
  const { http, registry } = dataVolume?.spec.source ?? {};
  return http?.checksum ?? registry?.url?.split('@').at(1);
}

function isVersionOf(image: Image, request: CloneRequest): boolean {
  const { name, version } = request.image;
  return !image.ours || (image.image === name && image.version === version);
}

/** The image of a clone as it is now: which version, which claim, how large. */
export class CloneSourceResolver {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #clock: Clock;
  readonly #admins: string[];
  /** Many ask for the same image at the same time. */
  readonly #reads = new SharedReads();

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    clock: Clock;
    admins: string[];
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#clock = options.clock;
    this.#admins = options.admins;
  }

  /**
   * @returns `undefined` after adding to the verdict why it cannot be cloned
   * @throws NotFoundError naming who can import it, when it does not exist
   */
  async resolve(
    request: CloneRequest,
    cluster: ClusterConfig,
    imageNamespace: string,
    verdict: Verdict,
  ): Promise<CloneSource | undefined> {
    const { problems } = verdict;
    const name = await this.#objectName(request, cluster, imageNamespace);
    const key = { cluster: cluster.name, namespace: imageNamespace, name };
    const { tracked, claim, dataVolume } = await this.#reads.get(
      `${key.cluster} ${key.namespace}/${key.name}`,
      () => this.#read(key),
    );
    if (!tracked) {
      await requireConnection(this.#tracking, cluster.name);
      throw await this.#notFound(request, cluster, imageNamespace);
    }
    const image = tracked.object;
    if (request.image.version !== undefined && !isVersionOf(image, request)) {
      // `a` + `b-c` and `a-b` + `c` bear the same name.
      throw await this.#notFound(request, cluster, imageNamespace);
    }
    const problem = this.#whyNotCloneable(image, cluster);
    if (problem) {
      problems.add(problem);
      return undefined;
    }
    verdict.warn(
      await this.#otherCurrent(request, image),
      image.deprecated &&
        `image: "${image.namespace}/${image.name}" ${deprecatedInWords(
          image.deprecated,
        )}`,
    );
    if (dataVolume?.metadata.annotations?.[ANNOTATIONS.retiring]) {
      problems.add({
        field: 'image',
        code: 'image-retiring',
        message: `"${name}" is being retired`,
        remedy: 'choose another version',
      });
      return undefined;
    }
    return this.#source(image, claim, dataVolume, problems);
  }

  /** From the cluster now: a clone must not be made of an old row. */
  async #read(key: ObjectKey) {
    await this.#tracking.refresh(key);
    const tracked = await this.#tracking.reader.getImage(key);
    const claim = await this.#tracking.sourceClaim(key);
    const { cluster, ...place } = key;
    const dataVolume = await this.#tracking
      .client(cluster)
      .get<DataVolume>({ type: RESOURCES.dataVolumes, ...place });
    return { tracked, claim, dataVolume };
  }

  async #objectName(
    request: CloneRequest,
    cluster: ClusterConfig,
    namespace: string,
  ): Promise<string> {
    const { name, version } = request.image;
    if (version !== undefined) return imageObjectName(name, version);
    const client = this.#tracking.client(cluster.name);
    const alias = await this.#reads.get(
      `${cluster.name} alias ${namespace}/${name}`,
      () =>
        client.get<DataSource>({
          type: RESOURCES.dataSources,
          namespace,
          name,
        }),
    );
    const claim = alias?.spec.source?.pvc;
    if (claim?.namespace === namespace) return claim.name;
    // Without an alias there may be an image without versions.
    return name;
  }

  /** Said of a version that was asked for by its own name, where another one is current. */
  async #otherCurrent(
    request: CloneRequest,
    { cluster, namespace, name, image, ours, current }: Image,
  ): Promise<string | undefined> {
    if (request.image.version === undefined || !ours || current) {
      return undefined;
    }
    const rows = await this.#reads.get(`images ${cluster} ${namespace}`, () =>
      this.#tracking.reader.listImages({ cluster, namespace }),
    );
    const other = rows.find(
      ({ object }) => object.image === image && object.current,
    )?.object.name;
    return (
      other &&
      `image: "${namespace}/${name}" is not the current version of ${image}: that is "${other}"`
    );
  }

  #whyNotCloneable(image: Image, cluster: ClusterConfig): Problem | undefined {
    const unverified = whyUnverified(image, cluster);
    if (unverified !== undefined) {
      return {
        field: 'image',
        code: 'not-verified',
        message: `"${image.namespace}/${image.name}" cannot be cloned: ${unverified}`,
        remedy:
          'Choose another version, or ask its owner to import it as a new one with its checksum.',
      };
    }
    if (image.state === 'ready') return undefined;
    const sentence = stateSentence(image, this.#clock.nowMs());
    const remedy =
      image.remedy ?? (image.reason && reasonInfo(image.reason).remedy);
    return {
      field: 'image',
      code: 'image-not-ready',
      message: `"${image.namespace}/${image.name}" cannot be cloned now. ${sentence}`,
      remedy: ['pending', 'waiting', 'importing'].includes(image.state)
        ? 'Wait until it is ready (action "golden-images:wait"), then clone it.'
        : `Choose another version, or ask its owner. ${remedy ?? ''}`.trim(),
    };
  }

  #source(
    image: Image,
    claim: SourceClaimInfo | undefined,
    dataVolume: DataVolume | undefined,
    problems: Problems,
  ): CloneSource | undefined {
    const capacityBytes = claim?.capacityBytes;
    if (!claim || capacityBytes === undefined) {
      problems.add({
        field: 'image',
        code: 'image-size-unknown',
        message: `the size of the volume of "${image.namespace}/${image.name}" cannot be read`,
        remedy:
          'the account of this backend needs to list persistentvolumes: an administrator can grant it',
      });
      return undefined;
    }
    const { longhornSizeBytes } = claim;
    if (
      longhornSizeBytes !== undefined &&
      longhornSizeBytes !== capacityBytes
    ) {
      problems.add({
        field: 'image',
        code: 'image-resizing',
        message: `the volume of "${image.namespace}/${image.name}" is being resized (${capacityBytes} bytes in Kubernetes, ${longhornSizeBytes} in Longhorn)`,
        remedy: 'try again when it is done',
      });
      return undefined;
    }
    const publishedUid =
      dataVolume?.metadata.annotations?.[ANNOTATIONS.claimUid];
    if (publishedUid !== undefined && publishedUid !== claim.uid) {
      problems.add({
        field: 'image',
        code: 'image-re-imported',
        message: `the claim of "${image.namespace}/${image.name}" was made again since it was published, so it may hold other bytes`,
        remedy: 'choose another version',
      });
      return undefined;
    }
    return {
      namespace: image.namespace,
      name: image.name,
      uid: claim.uid,
      image: image.image,
      version: image.version,
      contentType: image.contentType,
      digest: digestOf(dataVolume),
      capacity: Quantity.ofBytes(capacityBytes),
      storageClass: claim.storageClass,
      volumeMode: claim.volumeMode ?? 'Filesystem',
      accessModes: claim.accessModes,
      diskBytes: image.sizes.diskBytes,
      kubevirt: image.kubevirt,
    };
  }

  async #notFound(
    request: CloneRequest,
    cluster: ClusterConfig,
    imageNamespace: string,
  ): Promise<NotFoundError> {
    const { name, version } = request.image;
    const ready = await readyVersions(this.#tracking, {
      cluster: cluster.name,
      namespace: imageNamespace,
      image: name,
    });
    const versions = ready
      .map(each => each.version)
      .filter(v => v !== undefined);
    const { owner } = await this.#clusters.namespace(cluster, imageNamespace);
    // An owner may be an administrator too.
    const people = Array.from(new Set([owner, ...this.#admins])).filter(
      ref => ref !== undefined,
    );
    const which = [
      `there is no "${name}"`,
      version !== undefined && `version "${clusterText(version)}"`,
      version === undefined && versions.length > 0 && 'with a current version',
      `in namespace "${imageNamespace}" of cluster "${cluster.name}".`,
    ];
    return new NotFoundError(
      [
        'image:',
        ...which,
        versions.length > 0 && `Ready versions: ${versions.join(', ')}.`,
        `It can be imported by ${
          people.join(', ') || 'nobody yet: goldenImages.admins is empty'
        }.`,
      ]
        .filter(Boolean)
        .join(' '),
    );
  }
}
