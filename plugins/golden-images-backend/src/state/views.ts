import { GOLDEN_IMAGES_PREFIX } from '@golden-images/plugin-golden-images-common';
import {
  isFields,
  fieldsOf,
  textOf,
  listOf,
  textsOf,
  numberOf,
  bytesOf,
  storageOf,
  type Fields,
} from './rawFields';
import { redactMessage, redactUrl } from './redact';
import type {
  ClaimView,
  ConditionView,
  DataVolumeView,
  EventView,
  LonghornVolumeView,
  MetadataView,
  PersistentVolumeView,
} from './types';

/** As much of an object of the Kubernetes API as all kinds share. */
export interface RawObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: {
      kind: string;
      name: string;
      uid: string;
      controller?: boolean;
    }[];
  };
  [field: string]: unknown;
}

/** CDI's annotations on a claim that say something about its state (CDI 1.66). */
const CDI_PREFIX = 'cdi.kubevirt.io/';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const CDI_KEPT = [
  'cloneType',
  'storage.populator.progress',
  'storage.condition.running.reason',
  'storage.pod.phase',
];

export function metadataView({ metadata }: RawObject): MetadataView {
  const controller = metadata.ownerReferences?.find(owner => owner.controller);
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) =>
      key.startsWith(GOLDEN_IMAGES_PREFIX),
    ),
  );
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: metadata.creationTimestamp ?? '',
    deletedAt: metadata.deletionTimestamp,
    labels: metadata.labels ?? {},
    annotations,
    controller: controller && {
      kind: controller.kind,
      name: controller.name,
      uid: controller.uid,
    },
  };
}

function conditionView(condition: Fields): ConditionView {
  const message = textOf(condition.message);
  return {
    status: textOf(condition.status) ?? 'Unknown',
    reason: textOf(condition.reason),
    message: message && redactMessage(message),
    transitionAt: textOf(condition.lastTransitionTime),
  };
}

function conditionOf(status: Fields, type: string): ConditionView | undefined {
  const found = listOf(status.conditions).find(
    condition => fieldsOf(condition).type === type,
  );
  return found === undefined ? undefined : conditionView(fieldsOf(found));
}

/** @param object - a DataVolume of `cdi.kubevirt.io/v1beta1` */
export function dataVolumeView(object: RawObject): DataVolumeView {
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const target = fieldsOf(spec.pvc ?? spec.storage);
  const [sourceType] = isFields(spec.sourceRef)
    ? ['sourceRef']
    : Object.keys(fieldsOf(spec.source));
  const source = fieldsOf(
    sourceType === 'sourceRef'
      ? spec.sourceRef
      : fieldsOf(spec.source)[sourceType],
  );
  const url = textOf(source.url);
  const sourceName = textOf(source.name);
  return {
    kind: 'DataVolume',
    metadata: metadataView(object),
    sourceType,
    sourceUrl: url && redactUrl(url),
    sourceObject: sourceName
      ? {
          kind:
            textOf(source.kind) ??
            (sourceType === 'snapshot'
              ? 'VolumeSnapshot'
              : 'PersistentVolumeClaim'),
          namespace: textOf(source.namespace),
          name: sourceName,
        }
      : undefined,
    checksum: textOf(source.checksum),
    requestedBytes: storageOf(target),
    storageClass: textOf(target.storageClassName),
    volumeMode: textOf(target.volumeMode),
    accessModes: textsOf(target.accessModes),
    phase: textOf(status.phase),
    progress: textOf(status.progress),
    restartCount: numberOf(status.restartCount) ?? 0,
    conditions: {
      bound: conditionOf(status, 'Bound'),
      running: conditionOf(status, 'Running'),
      ready: conditionOf(status, 'Ready'),
    },
  };
}

/** @param object - a PersistentVolumeClaim */
export function claimView(object: RawObject): ClaimView {
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const source = fieldsOf(spec.dataSource ?? spec.dataSourceRef);
  const annotations = object.metadata.annotations ?? {};
  return {
    kind: 'PersistentVolumeClaim',
    metadata: metadataView(object),
    phase: textOf(status.phase),
    volumeName: textOf(spec.volumeName),
    requestedBytes: storageOf(spec),
    capacityBytes: bytesOf(fieldsOf(status.capacity).storage),
    storageClass: textOf(spec.storageClassName),
    volumeMode: textOf(spec.volumeMode),
    accessModes: textsOf(spec.accessModes),
    dataSource: textOf(source.name)
      ? {
          apiGroup: textOf(source.apiGroup),
          kind: textOf(source.kind) ?? '',
          name: textOf(source.name)!,
          namespace: textOf(source.namespace),
        }
      : undefined,
    conditions: listOf(status.conditions).map(item => {
      const condition = fieldsOf(item);
      return {
        type: textOf(condition.type) ?? '',
        ...conditionView(condition),
      };
    }),
    cdi: Object.fromEntries(
      CDI_KEPT.flatMap(key => {
        const value = annotations[CDI_PREFIX + key];
        return value === undefined ? [] : [[key, redactMessage(value)]];
      }),
    ),
    nodeSelected: SELECTED_NODE in annotations || undefined,
  };
}

/** @param object - a PersistentVolume */
export function persistentVolumeView(object: RawObject): PersistentVolumeView {
  const spec = fieldsOf(object.spec);
  const csi = fieldsOf(spec.csi);
  const claim = fieldsOf(spec.claimRef);
  return {
    kind: 'PersistentVolume',
    metadata: metadataView(object),
    phase: textOf(fieldsOf(object.status).phase),
    capacityBytes: bytesOf(fieldsOf(spec.capacity).storage),
    driver: textOf(csi.driver),
    volumeHandle: textOf(csi.volumeHandle),
    claim: textOf(claim.name)
      ? {
          namespace: textOf(claim.namespace) ?? '',
          name: textOf(claim.name)!,
          uid: textOf(claim.uid),
        }
      : undefined,
    reclaimPolicy: textOf(spec.persistentVolumeReclaimPolicy),
  };
}

/** @param object - a Volume of `longhorn.io/v1beta2` */
export function longhornVolumeView(object: RawObject): LonghornVolumeView {
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const clone = fieldsOf(status.cloneStatus);
  const kubernetes = fieldsOf(status.kubernetesStatus);
  return {
    kind: 'Volume',
    metadata: metadataView(object),
    sizeBytes: bytesOf(spec.size),
    dataSource: textOf(spec.dataSource),
    state: textOf(status.state),
    robustness: textOf(status.robustness),
    actualSizeBytes: bytesOf(status.actualSize),
    replicas: numberOf(spec.numberOfReplicas),
    clone: {
      state: textOf(clone.state) ?? '',
      sourceVolume: textOf(clone.sourceVolume),
      attemptCount: numberOf(clone.attemptCount) ?? 0,
      nextAllowedAttemptAt: textOf(clone.nextAllowedAttemptAt),
    },
    restoreRequired: status.restoreRequired === true,
    restorePending:
      (textOf(spec.fromBackup) !== undefined &&
        status.restoreInitiated !== true) ||
      undefined,
    scheduled: conditionOf(status, 'Scheduled'),
    workloads: listOf(kubernetes.workloadsStatus)
      .map(workload => textOf(fieldsOf(workload).podName))
      .filter((name): name is string => name !== undefined),
  };
}

/** @param object - an Event of the core group */
export function eventView(object: RawObject): EventView {
  const involved = fieldsOf(object.involvedObject);
  const series = fieldsOf(object.series);
  const at = (...values: unknown[]) =>
    values.map(textOf).find(value => value !== undefined);
  return {
    kind: 'Event',
    uid: object.metadata.uid ?? '',
    involvedUid: textOf(involved.uid) ?? '',
    involvedKind: textOf(involved.kind) ?? '',
    type: textOf(object.type) ?? 'Normal',
    reason: textOf(object.reason) ?? '',
    message: redactMessage(textOf(object.message) ?? ''),
    count: numberOf(series.count) ?? numberOf(object.count) ?? 1,
    lastAt:
      at(
        series.lastObservedTime,
        object.lastTimestamp,
        object.eventTime,
        object.metadata.creationTimestamp,
      ) ?? '1970-01-01T00:00:00Z',
    firstAt: at(
      object.firstTimestamp,
      object.eventTime,
      object.metadata.creationTimestamp,
    ),
  };
}

const HELPER_NAME = /^(prime-|tmp-pvc-|tmp-source-pvc-)|-scratch$/;
const HELPER_LABEL = 'velero.io/exclude-from-backup';

/**
 * CDI's own temporary claims: a name like theirs *and* their label (recorded
 * with CDI 1.66). A user's claim `orders-scratch` is a disk.
 */
export function isHelper({
  metadata,
}: {
  metadata: Pick<MetadataView, 'name' | 'labels'>;
}): boolean {
  return HELPER_NAME.test(metadata.name) && HELPER_LABEL in metadata.labels;
}
