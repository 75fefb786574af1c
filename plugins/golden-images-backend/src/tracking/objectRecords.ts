import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import type { FeedKey, ViewDeletion, ViewLinks, ViewRecord } from '../database';
import {
  RESOURCES,
  type KubernetesObject,
  type ResourceType,
} from '../kubernetes';
import {
  claimView,
  dataVolumeView,
  eventView,
  isHelper,
  longhornVolumeView,
  metadataView,
  persistentVolumeView,
} from '../state';
import type { Feed } from './Reflector';
import { boundedLinks, isBounded } from './boundedText';
import {
  KINDS,
  type DataSourceView,
  type NamespaceView,
  type StorageClassView,
} from './views';

type Shaped = Pick<ViewRecord, 'objectKey' | 'document'> & {
  links?: ViewLinks;
  /** Of an Event: when it happened last. */
  atMs?: number;
};

const EVENT_LIFE_MS = 60 * 60_000;

interface Shaper {
  kind: string;
  /** Nothing, when the object is of no interest. */
  shape(object: KubernetesObject): Shaped | undefined;
}

const SHAPERS = new Map<ResourceType, Shaper>([
  [
    RESOURCES.dataVolumes,
    {
      kind: KINDS.dataVolume,
      shape: object => ({
        objectKey: keyOf(object),
        document: dataVolumeView(object),
      }),
    },
  ],
  [
    RESOURCES.claims,
    {
      kind: KINDS.claim,
      shape: object => {
        const view = claimView(object);
        // CDI's helpers are never shown, and their events are copied to the target.
        return isHelper(view)
          ? undefined
          : {
              objectKey: keyOf(object),
              document: view,
              links: { volumeName: view.volumeName },
            };
      },
    },
  ],
  [
    RESOURCES.persistentVolumes,
    {
      kind: KINDS.persistentVolume,
      shape: object => {
        const view = persistentVolumeView(object);
        const { claim, volumeHandle } = view;
        return {
          objectKey: object.metadata.name,
          document: view,
          links: {
            claimKey: claim && `${claim.namespace}/${claim.name}`,
            volumeHandle,
          },
        };
      },
    },
  ],
  [
    RESOURCES.longhornVolumes,
    {
      kind: KINDS.longhornVolume,
      shape: object => {
        const view = longhornVolumeView(object);
        return {
          objectKey: object.metadata.name,
          document: view,
          links: { copySource: copySourceOf(view) },
        };
      },
    },
  ],
  [
    RESOURCES.events,
    {
      kind: KINDS.event,
      shape: object => {
        const view = eventView(object);
        const involved = object.involvedObject as { name?: string } | undefined;
        return {
          objectKey: keyOf(object),
          document: view,
          links: {
            involvedUid: view.involvedUid,
            involvedKey: `${object.metadata.namespace}/${involved?.name}`,
          },
          // Unreadable times are as old as can be: the Event is not kept.
          atMs: Date.parse(view.lastAt) || 0,
        };
      },
    },
  ],
  [
    RESOURCES.dataSources,
    {
      kind: KINDS.dataSource,
      shape: object => ({
        objectKey: keyOf(object),
        document: dataSourceView(object),
      }),
    },
  ],
  [
    RESOURCES.namespaces,
    {
      kind: KINDS.namespace,
      shape: object => ({
        objectKey: object.metadata.name,
        document: namespaceView(object),
      }),
    },
  ],
  [
    RESOURCES.storageClasses,
    {
      kind: KINDS.storageClass,
      shape: object => ({
        objectKey: object.metadata.name,
        document: storageClassView(object),
      }),
    },
  ],
]);

/** Where what is kept of a list is found. */
export function feedKeyOf({ id, type, scope }: Feed): FeedKey {
  const { kind } = shaperOf(type);
  // Longhorn keeps all of its volumes in one namespace, and they bear their names alone.
  const namespace =
    type === RESOURCES.longhornVolumes ? undefined : scope.namespace;
  return { id, kind, namespace };
}

function shaperOf(type: ResourceType): Shaper {
  const shaper = SHAPERS.get(type);
  if (!shaper) throw new Error(`Nothing is kept of ${type.resource}`);
  return shaper;
}

/** What is kept of an object: nothing but what rows and joins need. */
export function recordOf(
  feed: Feed,
  object: KubernetesObject,
  nowMs: number,
): ViewRecord | ViewDeletion {
  const shaper = shaperOf(feed.type);
  const { kind } = shaper;
  const shaped = shaper.shape(object);
  const tooOld =
    shaped?.atMs !== undefined && shaped.atMs < nowMs - EVENT_LIFE_MS;
  if (!shaped || tooOld) return { kind, objectKey: keyOf(object) };
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  return {
    kind,
    objectKey: shaped.objectKey,
    feed: feed.id,
    name,
    uid,
    resourceVersion,
    links: boundedLinks(shaped.links ?? {}),
    seenAtMs: shaped.atMs ?? nowMs,
    document: shaped.document,
  };
}

function keyOf({ metadata }: KubernetesObject): string {
  return metadata.namespace
    ? `${metadata.namespace}/${metadata.name}`
    : metadata.name;
}

/** `vol://NAME` or `snap://VOLUME/SNAPSHOT` (Longhorn 1.12), as its manager noted it or as it was asked for. */
function copySourceOf(view: {
  dataSource?: string;
  clone: { sourceVolume?: string };
}): string | undefined {
  const asked = /^(?:vol|snap):\/\/([^/]+)/.exec(view.dataSource ?? '');
  return view.clone.sourceVolume || asked?.[1];
}

function dataSourceView(object: KubernetesObject): DataSourceView {
  const spec = object.spec as
    | { source?: { pvc?: { namespace?: string; name?: string } } }
    | undefined;
  const { name = '', namespace = object.metadata.namespace ?? '' } =
    spec?.source?.pvc ?? {};
  const isClaim = name !== '' && isBounded(name) && isBounded(namespace);
  return {
    metadata: metadataView(object),
    claim: isClaim ? { namespace, name } : undefined,
  };
}

function namespaceView({ metadata }: KubernetesObject): NamespaceView {
  return {
    name: metadata.name,
    annotatedOwner: metadata.annotations?.[ANNOTATIONS.owner],
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

function storageClassView(object: KubernetesObject): StorageClassView {
  const annotations = object.metadata.annotations ?? {};
  return {
    name: object.metadata.name,
    provisioner: String(object.provisioner ?? ''),
    isDefault:
      annotations['storageclass.kubernetes.io/is-default-class'] === 'true',
    allowVolumeExpansion: object.allowVolumeExpansion === true,
    bindingMode:
      object.volumeBindingMode === 'WaitForFirstConsumer'
        ? 'WaitForFirstConsumer'
        : 'Immediate',
    parameters: (object.parameters ?? {}) as Record<string, string>,
  };
}
