import {
  LONGHORN_DRIVER,
  LONGHORN_NAMESPACE,
  scaled,
  type Context,
} from '../Context';
import {
  RESOURCES,
  keyOf,
  type Claim,
  type LonghornVolume,
  type PersistentVolume,
  type StorageClass,
} from '../kube/types';
import { longhornBytes, sizeBytes, sizeText } from '../sizes';
import { bind } from './bind';
import { checkSnapshot } from './checkSnapshot';
import { checkSource, type SourceCheck } from './checkSource';

const PROVISIONER = 'driver.longhorn.io_csi-provisioner';
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const CDI_GROUP = 'cdi.kubevirt.io';

/** Gives claims of Longhorn's classes their volumes: kube-controller-manager and external-provisioner in one. */
export class ClaimController {
  readonly #context: Context;
  readonly #retries = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<void> {
    const claim = this.#context.caches.claims.get(key);
    if (!claim || claim.metadata.deletionTimestamp) return;
    if (claim.status?.phase === 'Bound') {
      await this.#expand(claim);
      return;
    }
    if (claim.status?.phase === 'Lost') return;
    if (claim.spec.volumeName) {
      await this.#bindNamed(claim);
      return;
    }
    if (!claim.spec.storageClassName) return;
    await this.#provision(claim, claim.spec.storageClassName);
  }

  async #provision(claim: Claim, className: string) {
    const storageClass = this.#context.caches.storageClasses.get(className);
    if (!storageClass) {
      await this.#fail(
        claim,
        `storageclass.storage.k8s.io "${className}" not found`,
        'persistentvolume-controller',
      );
      return;
    }
    if (storageClass.provisioner !== LONGHORN_DRIVER) return;
    // Populators fill such a claim: CDI's own controllers bind it.
    if (claim.spec.dataSourceRef?.apiGroup === CDI_GROUP) {
      await this.#waiting(claim);
      return;
    }
    if (
      storageClass.volumeBindingMode === 'WaitForFirstConsumer' &&
      !this.#hasConsumer(claim)
    ) {
      await this.#remark(
        claim,
        'Normal',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
        'persistentvolume-controller',
      );
      return;
    }
    await this.#remark(
      claim,
      'Normal',
      'Provisioning',
      `External provisioner is provisioning volume for claim "${keyOf(claim)}"`,
      PROVISIONER,
    );
    const refuse = (why: string) =>
      this.#fail(
        claim,
        `failed to provision volume with StorageClass "${className}": ${why}`,
        PROVISIONER,
      );
    if (claim.spec.accessModes?.includes('ReadOnlyMany')) {
      await refuse(
        'rpc error: code = InvalidArgument desc = access mode MULTI_NODE_READER_ONLY is not supported',
      );
      return;
    }
    const source = this.#sourceOf(claim);
    if (source && 'refusal' in source) {
      await refuse(source.refusal);
      return;
    }
    this.#retries.delete(claim.metadata.uid!);
    const volume = await this.#createVolume(claim, storageClass, source);
    await bind(this.#context, claim, volume);
    await this.#remark(
      claim,
      'Normal',
      'ProvisioningSucceeded',
      `Successfully provisioned volume ${volume.metadata.name}`,
      PROVISIONER,
    );
  }

  #sourceOf(claim: Claim): SourceCheck | undefined {
    switch (claim.spec.dataSource?.kind) {
      case 'PersistentVolumeClaim':
        return checkSource(this.#context, claim);
      case 'VolumeSnapshot':
        return checkSnapshot(this.#context, claim);
      default:
        return undefined;
    }
  }

  /** A Pod that mounts it, a scheduler's word, or CDI's wish to bind at once. */
  #hasConsumer(claim: Claim): boolean {
    const { annotations = {}, name, namespace } = claim.metadata;
    if ('volume.kubernetes.io/selected-node' in annotations) return true;
    if ('cdi.kubevirt.io/storage.bind.immediate.requested' in annotations)
      return true;
    return this.#context.caches.pods
      .all()
      .some(
        pod =>
          pod.metadata.namespace === namespace &&
          pod.spec.volumes?.some(
            volume => volume.persistentVolumeClaim?.claimName === name,
          ),
      );
  }

  async #createVolume(
    claim: Claim,
    storageClass: StorageClass,
    source: Source | undefined,
  ): Promise<PersistentVolume> {
    const { client, caches, disks } = this.#context;
    const name = `pvc-${claim.metadata.uid}`;
    const bytes = longhornBytes(
      sizeBytes(claim.spec.resources?.requests?.storage),
    );
    await disks.create(name);
    if (!caches.longhornVolumes.get(`${LONGHORN_NAMESPACE}/${name}`)) {
      const created = await client.create<LonghornVolume>(
        RESOURCES.longhornVolumes,
        longhornVolume(name, bytes, storageClass, source),
      );
      caches.longhornVolumes.put(created);
    }
    const existing = caches.volumes.get(name);
    if (existing) return existing;
    const volume = await client.create<PersistentVolume>(RESOURCES.volumes, {
      metadata: {
        name,
        annotations: { 'pv.kubernetes.io/provisioned-by': LONGHORN_DRIVER },
      },
      spec: {
        capacity: { storage: sizeText(bytes) },
        accessModes: claim.spec.accessModes,
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: claim.metadata.namespace,
          name: claim.metadata.name,
          uid: claim.metadata.uid,
        },
        csi: {
          driver: LONGHORN_DRIVER,
          volumeHandle: name,
          fsType: storageClass.parameters?.fsType ?? 'ext4',
          volumeAttributes: storageClass.parameters,
        },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        storageClassName: storageClass.metadata.name,
        volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      },
    });
    caches.volumes.put(volume);
    return volume;
  }

  /** A claim that names its volume gets it, when the volume is free or meant for it. */
  async #bindNamed(claim: Claim) {
    const volume = this.#context.caches.volumes.get(claim.spec.volumeName!);
    if (!volume) return;
    const { claimRef } = volume.spec;
    const meant =
      claimRef?.namespace === claim.metadata.namespace &&
      claimRef?.name === claim.metadata.name;
    if (claimRef?.uid && claimRef.uid !== claim.metadata.uid) return;
    if (claimRef && !meant) return;
    await bind(this.#context, claim, volume);
  }

  /** More was asked for: the volume grows at once, a file system only once a Pod mounts it (recorded). */
  async #expand(claim: Claim) {
    const { client, caches } = this.#context;
    const wanted = longhornBytes(
      sizeBytes(claim.spec.resources?.requests?.storage),
    );
    const volume = caches.volumes.get(claim.spec.volumeName ?? '');
    const has = sizeBytes(volume?.spec.capacity?.storage);
    if (!volume || wanted <= has) return;
    const handle = volume.spec.csi?.volumeHandle ?? '';
    const longhorn = caches.longhornVolumes.get(
      `${LONGHORN_NAMESPACE}/${handle}`,
    );
    if (
      !longhorn ||
      caches.storageClasses.get(claim.spec.storageClassName ?? '')
        ?.allowVolumeExpansion !== true
    )
      return;
    const copying =
      longhorn.spec.dataSource &&
      longhorn.status?.cloneStatus?.state !== 'completed';
    if (copying) {
      await this.#fail(
        claim,
        `volume ${handle} is not ready: volume request cloning data but has not finished copying data`,
        'external-resizer',
        'VolumeResizeFailed',
      );
      return;
    }
    caches.longhornVolumes.put(
      await client.patch<LonghornVolume>(RESOURCES.longhornVolumes, longhorn, {
        spec: { size: String(wanted) },
      }),
    );
    caches.volumes.put(
      await client.patch<PersistentVolume>(RESOURCES.volumes, volume, {
        spec: { capacity: { storage: sizeText(wanted) } },
      }),
    );
    const time = this.#context.now().toISOString();
    const status =
      claim.spec.volumeMode === 'Block'
        ? { capacity: { storage: sizeText(wanted) } }
        : {
            conditions: [
              {
                type: 'FileSystemResizePending',
                status: 'True',
                lastTransitionTime: time,
                message:
                  'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
              },
            ],
          };
    caches.claims.put(
      await client.patchStatus<Claim>(RESOURCES.claims, claim, status),
    );
  }

  async #fail(
    claim: Claim,
    message: string,
    component: string,
    reason = 'ProvisioningFailed',
  ) {
    const uid = claim.metadata.uid!;
    const delayMs = this.#retries.get(uid) ?? FIRST_RETRY_MS;
    this.#retries.set(uid, Math.min(delayMs * 2, LONGEST_RETRY_MS));
    await this.#remark(claim, 'Warning', reason, message, component);
    this.#context.queues.claims.addAfter(
      keyOf(claim),
      scaled(this.#context, delayMs),
    );
  }

  #waiting(claim: Claim) {
    return this.#remark(
      claim,
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${LONGHORN_DRIVER}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
      'persistentvolume-controller',
    );
  }

  #remark(
    claim: Claim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    component: string,
  ) {
    return this.#context.events.record(RESOURCES.claims, claim, {
      type,
      reason,
      message,
      component,
    });
  }
}

type Source = Exclude<SourceCheck, { refusal: string }>;

function longhornVolume(
  name: string,
  bytes: number,
  storageClass: StorageClass,
  source: Source | undefined,
): LonghornVolume {
  const from = source?.from.metadata.name;
  const replicas = Number(storageClass.parameters?.numberOfReplicas ?? 3);
  return {
    metadata: {
      name,
      namespace: LONGHORN_NAMESPACE,
      labels: {
        longhornvolume: name,
        ...(from ? { 'longhorn.io/clone-source-volume': from } : {}),
      },
    },
    spec: {
      size: String(bytes),
      numberOfReplicas: replicas,
      accessMode: 'rwo',
      dataEngine: 'v1',
      frontend: 'blockdev',
      staleReplicaTimeout: 30,
      snapshotMaxCount: 250,
      dataSource: source ? dataSourceOf(source) : '',
    },
  };
}

function dataSourceOf({ from, snapshot }: Source): string {
  const { name } = from.metadata;
  return snapshot === undefined
    ? `vol://${name}`
    : `snap://${name}/${snapshot}`;
}
