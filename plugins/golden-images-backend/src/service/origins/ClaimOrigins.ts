import {
  ANNOTATIONS,
  Quantity,
  type Image,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import { RESOURCES, type ClusterClient } from '../../kubernetes/ClusterClient';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';
import type { Claim, DataVolume, ImageOrigin } from '../../manifests';
import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import type { Preflight, Verdict } from '../preflight';
import { claimState } from './claimState';
import type { FoundOrigin, OriginRef, PersistentVolumeObject } from './types';

const CONTENT_TYPE = 'cdi.kubevirt.io/storage.contentType';
/** On CDI's temporary claims, and on nothing that lasts (recorded with CDI 1.66). */
const TEMPORARY_LABEL = 'velero.io/exclude-from-backup';
const TEMPORARY_NAMES = /^(prime|tmp-pvc|tmp-source-pvc|cdi-upload)-|-scratch$/;

/** Claims that images are made of. */
export class ClaimOrigins {
  readonly #tracking: Tracking;
  readonly #preflight: Preflight;
  readonly #clock: Clock;

  constructor(options: {
    tracking: Tracking;
    preflight: Preflight;
    clock: Clock;
  }) {
    this.#tracking = options.tracking;
    this.#preflight = options.preflight;
    this.#clock = options.clock;
  }

  /** @returns `undefined` after adding why it cannot be copied */
  async find(
    ref: OriginRef,
    cluster: ClusterConfig,
    image: Image | undefined,
    verdict: Verdict,
  ): Promise<FoundOrigin | undefined> {
    const client = this.#tracking.client(cluster.name);
    const { namespace, name } = ref;
    const claim = await client.get<Claim>({
      type: RESOURCES.claims,
      namespace,
      name,
    });
    const problem = whyNot(claim, ref, cluster);
    if (!claim || problem) {
      verdict.problems.add(problem);
      return undefined;
    }
    const state = await claimState(
      this.#tracking,
      cluster.name,
      ref,
      this.#clock.nowMs(),
    );
    verdict.problems.add(state.problem);
    verdict.warn(state.warning);
    const volume = await persistentVolume(client, claim);
    const size = Quantity.tryParse(volume?.spec.capacity?.storage);
    if (!size) {
      verdict.problems.add({
        field: ref.field,
        code: 'image-size-unknown',
        message: `the size of the volume of "${namespace}/${name}" cannot be read`,
        remedy:
          'the account of this backend needs to get persistentvolumes: an administrator can grant it',
      });
      return undefined;
    }
    const handle = volume?.spec.csi?.volumeHandle;
    verdict.problems.add(
      await this.#resizing(cluster, ref, claim, size, handle),
    );
    if (state.problem) return undefined;
    return {
      origin: {
        kind: 'pvc',
        namespace,
        name,
        uid: claim.metadata.uid ?? '',
        size,
        storageClass: claim.spec.storageClassName,
        volumeMode: claim.spec.volumeMode === 'Block' ? 'Block' : 'Filesystem',
        contentType:
          claim.metadata.annotations?.[CONTENT_TYPE] === 'archive'
            ? 'archive'
            : undefined,
        verified: image && (await verification(client, ref, image)),
      },
      volume: {
        driver: volume?.spec.csi?.driver,
        storageClass: claim.spec.storageClassName,
        volumeHandle: handle,
      },
    };
  }

  /**
   * Longhorn copies only to exactly the size of a volume, which CDI takes from
   * the claim: both must have come to the same (Longhorn 1.12, CDI 1.66).
   */
  async #resizing(
    cluster: ClusterConfig,
    { field, namespace, name }: OriginRef,
    { spec, status }: Claim,
    size: Quantity,
    handle: string | undefined,
  ): Promise<Problem | undefined> {
    const facts = this.#preflight.facts(cluster.name);
    const longhorn =
      handle === undefined ? undefined : await facts.sourceVolume(handle);
    const sizes = [
      spec.resources?.requests?.storage,
      status?.capacity?.storage,
      longhorn?.known ? longhorn.value.sizeBytes : undefined,
    ].map(each => Quantity.tryParse(each?.toString()));
    const other = sizes.find(each => each && each.compare(size) > 0);
    const behind =
      sizes[1] && sizes[1].compare(size) < 0 ? sizes[1] : undefined;
    const differs = other ?? behind;
    return differs
      ? {
          field,
          code: 'image-resizing',
          message: `"${namespace}/${name}" is being resized: its volume has ${size}, and ${differs} elsewhere`,
          remedy:
            'Wait until it has grown; a file system grows when a Pod mounts it.',
        }
      : undefined;
  }
}

function whyNot(
  claim: Claim | undefined,
  { field, namespace, name }: OriginRef,
  cluster: ClusterConfig,
): Problem | undefined {
  if (!claim) {
    return {
      field: `${field}.name`,
      code: 'source-missing',
      message: `there is no claim "${name}" in namespace "${namespace}" of cluster "${cluster.name}"`,
    };
  }
  const isTemporary =
    TEMPORARY_NAMES.test(name) ||
    claim.metadata.labels?.[TEMPORARY_LABEL] !== undefined;
  if (isTemporary) {
    return {
      field: `${field}.name`,
      code: 'source-not-allowed',
      message: `"${namespace}/${name}" is a temporary claim of CDI`,
      remedy: 'choose the claim that CDI makes with it',
    };
  }
  if (claim.metadata.deletionTimestamp !== undefined) {
    return {
      field,
      code: 'source-not-ready',
      message: `"${namespace}/${name}" is being deleted`,
      remedy: 'choose another one',
    };
  }
  if (claim.status?.phase !== 'Bound') {
    return {
      field,
      code: 'source-not-ready',
      message: `"${namespace}/${name}" has no volume yet (${
        claim.status?.phase === 'Lost' ? 'Lost' : 'Pending'
      })`,
      remedy: 'wait until it is bound',
    };
  }
  return undefined;
}

async function persistentVolume(
  client: ClusterClient,
  claim: Claim,
): Promise<PersistentVolumeObject | undefined> {
  const name = claim.spec.volumeName;
  if (!name) return undefined;
  try {
    return await client.get<PersistentVolumeObject>({
      type: RESOURCES.persistentVolumes,
      name,
    });
  } catch (error) {
    if (error instanceof KubernetesApiError && error.status === 403) {
      return undefined;
    }
    throw error;
  }
}

/** Bytes that were checked, and were not written to since. */
async function verification(
  client: ClusterClient,
  { namespace, name }: OriginRef,
  { verified, drift = [] }: Image,
): Promise<ImageOrigin['verified']> {
  if (verified === 'none' || drift.length > 0) return undefined;
  const dataVolume = await client.get<DataVolume>({
    type: RESOURCES.dataVolumes,
    namespace,
    name,
  });
  const source = dataVolume?.spec.source;
  const digest =
    dataVolume?.metadata.annotations?.[ANNOTATIONS.sourceDigest] ??
    source?.http?.checksum ??
    source?.registry?.url?.split('@')[1];
  return digest === undefined ? undefined : { by: verified, digest };
}
