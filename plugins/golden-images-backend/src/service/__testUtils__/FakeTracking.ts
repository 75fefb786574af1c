import {
  ANNOTATIONS,
  LABELS,
  type ClusterStatus,
  type Image,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type {
  GoldenImagesReader,
  NamespaceRow,
  Tracked,
} from '../../database/GoldenImagesStore';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import {
  readImageMetadata,
  type Claim,
  type DataVolume,
} from '../../manifests';
import type {
  ActivityEntry,
  ObjectKey,
  ReleaseRequest,
  ReleaseResult,
  SourceClaimInfo,
  StorageClassInfo,
  Tracking,
} from '../../tracking';
import { retirementOf } from '../../tracking/imageMarks';
import type { FakeCluster } from './FakeCluster';
import { FakeQueue } from './FakeQueue';

type Row = Tracked<Image> | Tracked<Volume>;

const longhornClass: StorageClassInfo = {
  name: 'longhorn',
  provisioner: 'driver.longhorn.io',
  isDefault: true,
  allowVolumeExpansion: true,
  bindingMode: 'Immediate',
  parameters: {},
};

/**
 * Rows follow the fake cluster on `refresh` only, as a tracker lags behind.
 * Their states are those of `states`, else "importing" and "copying".
 */
export class FakeTracking implements Tracking {
  readonly cluster: FakeCluster;
  readonly rows = new Map<string, Row>();
  readonly states = new Map<string, Partial<Image> | Partial<Volume>>();
  readonly sources = new Map<string, SourceClaimInfo>();
  readonly activity: ActivityEntry[] = [];
  readonly released: ReleaseRequest[] = [];
  classes: StorageClassInfo[] = [longhornClass];
  namespaces: NamespaceRow[] = [];
  connection: ClusterStatus['connection'] = 'connected';
  giveUp = false;

  constructor(cluster: FakeCluster) {
    this.cluster = cluster;
  }

  readonly queue = new FakeQueue();

  readonly reader: GoldenImagesReader = {
    listImages: async filter =>
      this.#all('image').filter(
        (row): row is Tracked<Image> =>
          row.object.kind === 'image' &&
          matches(filter.cluster, row.object.cluster) &&
          matches(filter.namespace, row.object.namespace),
      ),
    listVolumes: async filter =>
      this.#all('volume').filter(
        (row): row is Tracked<Volume> =>
          row.object.kind === 'volume' &&
          matches(filter.cluster, row.object.cluster) &&
          matches(filter.namespace, row.object.namespace) &&
          this.#belongs(row, filter),
      ),
    selectVolumes: async ({ requirements, clusters, namespace }) =>
      this.#all('volume').filter(
        (row): row is Tracked<Volume> =>
          row.object.kind === 'volume' &&
          clusters.includes(row.object.cluster) &&
          matches(namespace, row.object.namespace) &&
          requirements.every(
            each =>
              each.operator === 'in' &&
              each.values.includes(this.#labels(row)?.[each.key] ?? ''),
          ),
      ),
    getImage: async key => {
      const row = this.rows.get(`image/${keyOf(key)}`);
      return row as Tracked<Image> | undefined;
    },
    getVolume: async key => {
      const row = this.rows.get(`volume/${keyOf(key)}`);
      return row as Tracked<Volume> | undefined;
    },
    listNamespaces: async filter =>
      this.namespaces.filter(row => matches(filter.cluster, row.cluster)),
  };

  #all(kind: string): Row[] {
    return Array.from(this.rows.values()).filter(
      row => row.object.kind === kind,
    );
  }

  /** By annotation or by label, as the database does. */
  #belongs(row: Row, of: { entityRef?: string; kubernetesId?: string }) {
    const { object } = row;
    const annotated = object.kind === 'volume' ? object.entityRef : undefined;
    const labelled = this.#labels(row)?.[LABELS.kubernetesId];
    const asked = [of.entityRef, of.kubernetesId].filter(Boolean);
    return (
      asked.length === 0 ||
      (annotated !== undefined && annotated === of.entityRef) ||
      (labelled !== undefined && labelled === of.kubernetesId)
    );
  }

  #labels(row: Row) {
    const { namespace, name } = row.object;
    return this.#find(namespace, name)?.metadata.labels;
  }

  #find(namespace: string, name: string): DataVolume | Claim | undefined {
    return (
      this.cluster.peek<DataVolume>({
        type: RESOURCES.dataVolumes,
        namespace,
        name,
      }) ??
      this.cluster.peek<Claim>({ type: RESOURCES.claims, namespace, name })
    );
  }

  async clusterStatus(name?: string): Promise<ClusterStatus[]> {
    if (name !== undefined && name !== 'dev') return [];
    return [
      {
        name: 'dev',
        connection: this.connection,
        observedAt: '2026-01-01T00:00:00.000Z',
        missing: [],
        imageNamespaces: ['golden-images'],
      },
    ];
  }

  client() {
    return this.cluster;
  }

  async mayExist({ namespace, name }: { namespace: string; name: string }) {
    return this.#find(namespace, name) !== undefined;
  }

  followed() {
    return [{ cluster: 'dev', holdsLease: true }];
  }

  async storageClasses() {
    return this.classes;
  }

  async sourceClaim(key: ObjectKey) {
    return this.sources.get(keyOf(key));
  }

  async refresh(key: ObjectKey) {
    const dataVolume = await this.cluster.get<DataVolume>({
      type: RESOURCES.dataVolumes,
      ...key,
    });
    const claim = await this.cluster.get<Claim>({
      type: RESOURCES.claims,
      ...key,
    });
    const object = dataVolume ?? claim;
    const kind = key.namespace === 'golden-images' ? 'image' : 'volume';
    const role = object?.metadata.labels?.[LABELS.role];
    const rowKey = `${role === 'clone' ? 'volume' : kind}/${keyOf(key)}`;
    if (object) this.rows.set(rowKey, this.#row(key, object));
    else this.rows.delete(rowKey);
  }

  #row(key: ObjectKey, object: DataVolume | Claim): Row {
    const { labels = {}, annotations = {}, uid } = object.metadata;
    const override = this.states.get(keyOf(key)) ?? {};
    const volume =
      labels[LABELS.role] === 'clone' || key.namespace !== 'golden-images';
    const common = {
      ...key,
      uid,
      ours: annotations[ANNOTATIONS.requestHash] !== undefined,
      sizes: {},
      accessModes: ['ReadWriteOnce'],
      observedAt: '2026-01-01T00:00:00.000Z',
    };
    const rest = {
      requestHash: annotations[ANNOTATIONS.requestHash],
      giveUp: this.giveUp,
      stage: 'accepted' as const,
      ownerUid: uid,
      readyBefore: annotations[ANNOTATIONS.readyAt] !== undefined,
    };
    if (volume) {
      return {
        object: {
          kind: 'volume',
          ...common,
          state: 'copying',
          entityRef: annotations[ANNOTATIONS.entityRef],
          usedBy: [],
          ...(override as Partial<Volume>),
        },
        ...rest,
      };
    }
    return {
      object: {
        kind: 'image',
        ...common,
        state: 'importing',
        image: labels[LABELS.image] ?? key.name,
        version: labels[LABELS.version],
        current: false,
        verified: 'none',
        ...readImageMetadata({ annotations, labels }),
        protection: 'advisory',
        hold: annotations[ANNOTATIONS.hold],
        retirement: retirementOf(annotations[ANNOTATIONS.retiring]),
        ...(override as Partial<Image>),
      },
      ...rest,
    };
  }

  async release(request: ReleaseRequest): Promise<ReleaseResult> {
    this.released.push(request);
    return { outcome: 'deleted', sentence: 'It was deleted.' };
  }

  async recordActivity(entry: ActivityEntry) {
    this.activity.push(entry);
  }

  async listActivity(
    key: { cluster: string; namespace: string; name?: string },
    page: { limit: number; beforeId?: number },
  ) {
    const { limit, beforeId = this.activity.length } = page;
    const items = this.activity
      .map((entry, id) => ({ id, ...entry, at: '2026-01-01T00:00:00.000Z' }))
      .filter(
        entry =>
          entry.id < beforeId &&
          entry.cluster === key.cluster &&
          entry.namespace === key.namespace &&
          matches(key.name, entry.name),
      )
      .reverse()
      .slice(0, limit);
    return {
      items: items.map(({ id, ...entry }) => entry),
      lastId: items.length < limit ? undefined : items.at(-1)?.id,
    };
  }

  onChange() {
    return () => {};
  }

  async start() {}

  async stop() {}
}

export function keyOf(key: ObjectKey): string {
  return `${key.cluster}/${key.namespace}/${key.name}`;
}

function matches(wanted: string | undefined, value: string | undefined) {
  return wanted === undefined || wanted === value;
}
