import { ClaimController } from './claims/ClaimController';
import { VolumeController } from './claims/VolumeController';
import { DataSourceController } from './cdi/DataSourceController';
import { DataVolumeController } from './cdi/DataVolumeController';
import type { Context, ControllerSettings, StorageProfile } from './Context';
import { Disks } from './Disks';
import { EventRecorder } from './EventRecorder';
import { Faults } from './Faults';
import { Cache } from './kube/Cache';
import { KubeError, type KubeClient } from './kube/KubeClient';
import {
  RESOURCES,
  keyOf,
  type Claim,
  type ConfigMap,
  type DataSource,
  type DataVolume,
  type LonghornVolume,
  type PersistentVolume,
  type Pod,
  type StorageClass,
} from './kube/types';
import type {
  LonghornSnapshot,
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from './kube/snapshotTypes';
import { LonghornController } from './longhorn/LonghornController';
import { SnapshotController } from './snapshots/SnapshotController';
import { wireSnapshots } from './snapshots/wireSnapshots';
import { WorkQueue } from './WorkQueue';

const RETRY_MS = 500;

interface AllControllers {
  claims: ClaimController;
  volumes: VolumeController;
  dataVolumes: DataVolumeController;
  dataSources: DataSourceController;
  longhorn: LonghornController;
  snapshots: SnapshotController;
}

export interface Controllers {
  stop(): void;
}

/**
 * Starts the behaviour of CDI and Longhorn against any Kubernetes API that has
 * their definitions but not their controllers. Resolves once everything that is
 * there was seen; what a stop interrupted goes on by itself.
 */
export async function startControllers(options: {
  client: KubeClient;
  /** Folder for the bytes of volumes. */
  disksFolder: string;
  settings: ControllerSettings;
  now?: () => Date;
  log?: (line: string) => void;
}): Promise<Controllers> {
  const { client } = options;
  const abort = new AbortController();
  const now = options.now ?? (() => new Date());
  const caches = {
    claims: new Cache<Claim>(client, RESOURCES.claims),
    volumes: new Cache<PersistentVolume>(client, RESOURCES.volumes),
    pods: new Cache<Pod>(client, RESOURCES.pods),
    configMaps: new Cache<ConfigMap>(client, RESOURCES.configMaps),
    storageClasses: new Cache<StorageClass>(client, RESOURCES.storageClasses),
    dataVolumes: new Cache<DataVolume>(client, RESOURCES.dataVolumes),
    dataSources: new Cache<DataSource>(client, RESOURCES.dataSources),
    storageProfiles: new Cache<StorageProfile>(
      client,
      RESOURCES.storageProfiles,
    ),
    longhornVolumes: new Cache<LonghornVolume>(
      client,
      RESOURCES.longhornVolumes,
    ),
  };

  const snapshotCaches = {
    longhornSnapshots: new Cache<LonghornSnapshot>(
      client,
      RESOURCES.longhornSnapshots,
    ),
    volumeSnapshots: new Cache<VolumeSnapshot>(
      client,
      RESOURCES.volumeSnapshots,
    ),
    snapshotContents: new Cache<VolumeSnapshotContent>(
      client,
      RESOURCES.snapshotContents,
    ),
    snapshotClasses: new Cache<VolumeSnapshotClass>(
      client,
      RESOURCES.snapshotClasses,
    ),
  };

  const controllers: { current?: AllControllers } = {};
  const queue = (name: string, work: (key: string) => Promise<void>) => {
    const made: WorkQueue = new WorkQueue(work, (key, error) => {
      // Conflicts and objects that went meanwhile are daily work.
      const expected =
        error instanceof KubeError && [0, 404, 409].includes(error.code);
      if (!expected)
        options.log?.(
          `${name} ${key}: ${error instanceof Error ? error.message : error}`,
        );
      made.addAfter(key, RETRY_MS);
    });
    return made;
  };
  const queues = {
    claims: queue('claim', async key =>
      controllers.current?.claims.reconcile(key),
    ),
    volumes: queue('volume', async key =>
      controllers.current?.volumes.reconcile(key),
    ),
    dataVolumes: queue('DataVolume', async key =>
      controllers.current?.dataVolumes.reconcile(key),
    ),
    longhornVolumes: queue('Longhorn volume', async key =>
      controllers.current?.longhorn.reconcile(key),
    ),
    dataSources: queue('DataSource', async key =>
      controllers.current?.dataSources.reconcile(key),
    ),
    snapshots: queue('snapshot', async key =>
      controllers.current?.snapshots.reconcile(key),
    ),
  };
  const context: Context = {
    client,
    caches: { ...caches, ...snapshotCaches },
    queues,
    events: new EventRecorder(client, now),
    disks: new Disks(options.disksFolder),
    faults: new Faults(caches.configMaps),
    settings: options.settings,
    signal: abort.signal,
    now,
    log: options.log ?? (() => undefined),
  };
  controllers.current = {
    claims: new ClaimController(context),
    volumes: new VolumeController(context),
    dataVolumes: new DataVolumeController(context),
    dataSources: new DataSourceController(context),
    longhorn: new LonghornController(context),
    snapshots: new SnapshotController(context),
  };
  wire(context, controllers.current);
  wireSnapshots(context, controllers.current.snapshots);
  // What a claim is restored from is known before the claim.
  await Promise.all(
    Object.values(snapshotCaches).map(cache =>
      cache.start(abort.signal).catch(unlessNotServed),
    ),
  );
  await Promise.all(
    Object.values(caches).map(cache => cache.start(abort.signal)),
  );
  await controllers.current.snapshots.sweep();
  return {
    stop() {
      abort.abort(new Error('stopped'));
      Object.values(queues).forEach(one => one.stop());
    },
  };
}

/** Not every cluster has snapshots. */
function unlessNotServed(error: unknown) {
  if (!(error instanceof KubeError) || error.code !== 404) throw error;
}

/** Who looks again at what, when something changes. */
function wire({ caches, queues }: Context, controllers: AllControllers) {
  const claimsInNamespace = (namespace: string | undefined) =>
    caches.claims
      .all()
      .filter(
        ({ metadata, status }) =>
          metadata.namespace === namespace && status?.phase !== 'Bound',
      );

  caches.claims.onChange((key, claim, deleted) => {
    if (!deleted) queues.claims.add(key);
    queues.dataVolumes.add(key);
    controllers.dataSources
      .keysFor(key)
      .forEach(name => queues.dataSources.add(name));
    const owner = claim.metadata.ownerReferences?.find(
      ({ kind }) => kind === 'PersistentVolumeClaim',
    );
    if (owner)
      queues.dataVolumes.add(`${claim.metadata.namespace}/${owner.name}`);
    if (claim.spec.volumeName) queues.volumes.add(claim.spec.volumeName);
    if (deleted) {
      caches.volumes
        .all()
        .filter(({ spec }) => spec.claimRef?.uid === claim.metadata.uid)
        .forEach(volume => queues.volumes.add(keyOf(volume)));
      caches.claims
        .all()
        .forEach(other =>
          controllers.dataVolumes.clones.cleanUp(other).catch(() => undefined),
        );
    }
  });
  caches.volumes.onChange((key, volume, deleted) => {
    if (!deleted) queues.volumes.add(key);
    const { claimRef, csi } = volume.spec;
    if (claimRef) queues.claims.add(`${claimRef.namespace}/${claimRef.name}`);
    if (csi) queues.longhornVolumes.add(`longhorn-system/${csi.volumeHandle}`);
  });
  caches.dataVolumes.onChange((key, dataVolume, deleted) => {
    if (deleted) controllers.dataVolumes.abandon(dataVolume.metadata.uid!);
    else queues.dataVolumes.add(key);
    controllers.dataSources
      .keysFor(key)
      .forEach(name => queues.dataSources.add(name));
  });
  caches.dataSources.onChange((key, _dataSource, deleted) => {
    if (!deleted) queues.dataSources.add(key);
  });
  caches.longhornVolumes.onChange((key, _volume, deleted) => {
    if (!deleted) queues.longhornVolumes.add(key);
  });
  caches.pods.onChange((_key, pod) => {
    for (const claim of claimsInNamespace(pod.metadata.namespace)) {
      queues.claims.add(keyOf(claim));
      queues.dataVolumes.add(keyOf(claim));
    }
    for (const volume of pod.spec.volumes ?? []) {
      const used = caches.claims.get(
        `${pod.metadata.namespace}/${volume.persistentVolumeClaim?.claimName}`,
      );
      if (used?.spec.volumeName)
        queues.longhornVolumes.add(`longhorn-system/${used.spec.volumeName}`);
    }
  });
  caches.storageClasses.onChange(() => {
    caches.claims.all().forEach(claim => queues.claims.add(keyOf(claim)));
    caches.dataVolumes
      .all()
      .forEach(dataVolume => queues.dataVolumes.add(keyOf(dataVolume)));
  });
  caches.configMaps.onChange(() => {
    caches.dataVolumes
      .all()
      .forEach(dataVolume => queues.dataVolumes.add(keyOf(dataVolume)));
    caches.longhornVolumes
      .all()
      .forEach(volume => queues.longhornVolumes.add(keyOf(volume)));
  });
}
