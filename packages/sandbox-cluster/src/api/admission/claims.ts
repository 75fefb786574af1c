import type { Definitions } from '../definitions';
import { Quantity } from '../quantity';
import { deniedByWebhook, forbidden } from '../statusErrors';
import type { Store } from '../store';
import { child, isObject, type KubeObject } from '../types';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionRequest';

export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const APPLY_PROFILE = 'cdi.kubevirt.io/applyStorageProfile';
const PVC_MUTATE = 'pvc-mutate.cdi.kubevirt.io';
const PARTS_PER_UNIT = 1_000_000n;

/**
 * What admission does with claims: `DefaultStorageClass`,
 * `StorageObjectInUseProtection`, `PersistentVolumeClaimResize`
 * (Kubernetes 1.36) and CDI's pvc-mutate webhook (v1.66).
 */
export function claimAdmission(
  store: Store,
  definitions: Definitions,
): AdmissionPlugin {
  const claims = definitions.get('persistentvolumeclaims');
  const volumes = definitions.get('persistentvolumes');
  const classes = definitions.get('storageclasses.storage.k8s.io');

  const defaultClass = (): string | undefined => {
    const marked = store
      .collection(classes)
      .list()
      .filter(
        ({ object }) => object.metadata.annotations?.[DEFAULT_CLASS] === 'true',
      )
      .sort((a, b) => newestFirst(a.object, b.object));
    return marked[0]?.object.metadata.name;
  };

  const mutateClaim = ({ object }: AdmissionRequest) => {
    addFinalizer(object, CLAIM_PROTECTION);
    const spec = isObject(object.spec) ? object.spec : {};
    if (
      spec.storageClassName === undefined &&
      !object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
    ) {
      const name = defaultClass();
      if (name && object.spec) object.spec.storageClassName = name;
    }
    if (object.metadata.labels?.[APPLY_PROFILE] === 'true') {
      applyStorageProfile(object, store, definitions);
    }
  };

  return {
    mutate(request) {
      if (request.operation !== 'CREATE') return;
      if (request.type === claims) mutateClaim(request);
      if (request.type === volumes) {
        addFinalizer(request.object, VOLUME_PROTECTION);
      }
    },
    validate({ operation, type, object, previous, name, subresource }) {
      if (type !== claims || operation !== 'UPDATE' || subresource) return;
      const wanted = sizeOf(object);
      const before = previous && sizeOf(previous);
      if (!wanted || !before || wanted.compare(before) <= 0) return;
      if (child(previous, 'status', 'phase') !== 'Bound') {
        throw forbidden(
          type,
          name,
          'Only bound persistent volume claims can be expanded',
        );
      }
      const className = String(object.spec?.storageClassName ?? '');
      const storageClass = store.collection(classes).get(className)?.object;
      if (storageClass?.allowVolumeExpansion !== true) {
        throw forbidden(
          type,
          name,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        );
      }
    },
  };
}

function newestFirst(a: KubeObject, b: KubeObject): number {
  return String(b.metadata.creationTimestamp).localeCompare(
    String(a.metadata.creationTimestamp),
  );
}

function sizeOf(claim: KubeObject): Quantity | undefined {
  return Quantity.parse(
    child(claim, 'spec', 'resources', 'requests', 'storage'),
  );
}

function addFinalizer({ metadata }: KubeObject, finalizer: string) {
  const present = metadata.finalizers ?? [];
  if (!present.includes(finalizer)) {
    metadata.finalizers = [...present, finalizer];
  }
}

/** Modes from the StorageProfile of the class, and room for the filesystem, for a claim that asks for it by label. */
function applyStorageProfile(
  claim: KubeObject,
  store: Store,
  definitions: Definitions,
) {
  const spec = claim.spec ?? {};
  const className = String(spec.storageClassName ?? '');
  const find = (key: string, name: string) =>
    store.collection(definitions.get(key)).get(name)?.object;
  const profile = find('storageprofiles.cdi.kubevirt.io', className);
  const sets = child(profile, 'status', 'claimPropertySets');
  const set = Array.isArray(sets) ? sets.filter(isObject)[0] : undefined;
  if (spec.accessModes === undefined) {
    if (!find('storageclasses.storage.k8s.io', className)) {
      throw deniedByWebhook(
        PVC_MUTATE,
        400,
        'PVC spec is missing accessMode and no storageClass to choose profile',
      );
    }
    if (!set) {
      throw deniedByWebhook(
        PVC_MUTATE,
        400,
        `no accessMode specified in StorageProfile ${className}`,
      );
    }
    spec.accessModes = set.accessModes;
  }
  spec.volumeMode ??= set?.volumeMode ?? 'Filesystem';
  if (spec.volumeMode === 'Filesystem' && isObject(spec.resources)) {
    const config = find('cdiconfigs.cdi.kubevirt.io', 'config');
    inflate(spec.resources, overheadOf(config, className));
  }
}

function overheadOf(config: KubeObject | undefined, className: string): number {
  const overhead = child(config, 'status', 'filesystemOverhead');
  return Number(
    child(overhead, 'storageClass', className) ??
      child(overhead, 'global') ??
      0.06,
  );
}

function inflate(resources: Record<string, unknown>, overhead: number) {
  const requests = isObject(resources.requests) ? resources.requests : {};
  const wanted = Quantity.parse(requests.storage);
  if (!wanted) return;
  const factor = BigInt(Math.round((1 + overhead) * Number(PARTS_PER_UNIT)));
  const product = wanted.value * factor;
  const bytes = (product + PARTS_PER_UNIT - 1n) / PARTS_PER_UNIT;
  requests.storage = Quantity.ofBytes(bytes).toString();
}
