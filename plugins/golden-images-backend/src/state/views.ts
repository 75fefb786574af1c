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
/** Only while it is filled: of very many claims all but a few are not. */
const CDI_KEPT_BEFORE_BOUND = [
  ...CDI_KEPT,
  'storage.condition.running',
  'storage.condition.running.message',
  'storage.pod.restarts',
];

export function metadataView({ metadata }: RawObject): MetadataView {
  const controller = listOf(metadata.ownerReferences)
    .map(fieldsOf)
    .find(owner => owner.controller === true);
  const annotations = Object.fromEntries(
    Object.entries(fieldsOf(metadata.annotations)).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith(GOLDEN_IMAGES_PREFIX) &&
        typeof entry[1] === 'string',
    ),
  );
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: metadata.creationTimestamp ?? '',
    deletedAt: metadata.deletionTimestamp,
    labels: fieldsOf(metadata.labels) as Record<string, string>,
    annotations,
    controller: controller && {
      kind: textOf(controller.kind) ?? '',
      name: textOf(controller.name) ?? '',
      uid: textOf(controller.uid) ?? '',
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
    : Object.entries(fieldsOf(spec.source))
        .filter(([, given]) => isFields(given))
        .map(([type]) => type);
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
    contentType: spec.contentType === 'archive' ? 'archive' : undefined,
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
  const annotations = fieldsOf(object.metadata.annotations);
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
      (status.phase === 'Bound' ? CDI_KEPT : CDI_KEPT_BEFORE_BOUND).flatMap(
        key => {
          const value = textOf(annotations[CDI_PREFIX + key]);
          return value === undefined ? [] : [[key, redactMessage(value)]];
        },
      ),
    ),
    nodeSelected: SELECTED_NODE in annotations || undefined,
  };
}

/** @param object - a PersistentVolume */
export function persistentVolumeView(object: RawObject): PersistentVolumeView {
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const csi = fieldsOf(spec.csi);
  const claim = fieldsOf(spec.claimRef);
  return {
    kind: 'PersistentVolume',
    metadata: metadataView(object),
    phase: textOf(status.phase),
    phaseSince: textOf(status.lastPhaseTransitionTime),
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

/** @param object - an Event of the core group, or of `events.k8s.io/v1` with its other names */
export function eventView(object: RawObject): EventView {
  const involved = fieldsOf(object.involvedObject ?? object.regarding);
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
    message: redactMessage(textOf(object.message) ?? textOf(object.note) ?? ''),
    count:
      numberOf(series.count) ??
      numberOf(object.count) ??
      numberOf(object.deprecatedCount) ??
      1,
    lastAt:
      at(
        series.lastObservedTime,
        object.lastTimestamp,
        object.deprecatedLastTimestamp,
        object.eventTime,
        object.metadata.creationTimestamp,
      ) ?? '1970-01-01T00:00:00Z',
    firstAt: at(
      object.firstTimestamp,
      object.deprecatedFirstTimestamp,
      object.eventTime,
      object.metadata.creationTimestamp,
    ),
  };
}

/**
 * `cdi-tmp-`: of CDI before populators, which clones in the namespace of the
 * source and moves the claim then. From source, not recorded: CDI 1.55.
 */
const HELPER_NAME = /^(prime-|tmp-pvc-|tmp-source-pvc-|cdi-tmp-)/;
const SCRATCH_NAME = /-scratch$/;
const HELPER_LABEL = 'velero.io/exclude-from-backup';
const CDI_APP = 'containerized-data-importer';

/**
 * CDI's own temporary claims: a name like theirs *and* their label (recorded
 * with CDI 1.66; older ones bear only that of the app). What a DataVolume owns is
 * none, whatever it is called, and scratch space belongs to the Pod that needs
 * it: a user's claim `orders-scratch` is a disk, also where it is left out of
 * backups.
 */
export function isHelper({
  metadata,
}: {
  metadata: Pick<MetadataView, 'name' | 'labels' | 'controller'>;
}): boolean {
  const { name, labels, controller } = metadata;
  const ofCdi = HELPER_LABEL in labels || labels.app === CDI_APP;
  if (!ofCdi || controller?.kind === 'DataVolume') return false;
  return (
    HELPER_NAME.test(name) ||
    (SCRATCH_NAME.test(name) && controller?.kind === 'Pod')
  );
}
