import { type Context } from '../Context';
import { KubeError } from '../kube/KubeClient';
import {
  RESOURCES,
  keyOf,
  ownerOf,
  type Claim,
  type ClaimSpec,
  type DataVolume,
} from '../kube/types';
import { sizeBytes, sizeText } from '../sizes';
import { writeStatus } from './conditions';

const OVERHEAD = 0.06;
const MIB = 2 ** 20;

const CDI_LABELS = {
  app: 'containerized-data-importer',
  'app.kubernetes.io/component': 'storage',
  'app.kubernetes.io/managed-by': 'cdi-controller',
};

/** Label that CDI's helpers bear, and nothing else of its own (recorded). */
export const HELPER_LABELS = {
  ...CDI_LABELS,
  'velero.io/exclude-from-backup': 'true',
};

/** The claim's shape: `spec.pvc` as it is, `spec.storage` with what CDI fills in for Longhorn's classes. */
export function targetSpec(
  dataVolume: DataVolume,
  sourceSize?: string,
): ClaimSpec {
  const { pvc, storage } = dataVolume.spec;
  if (pvc) return { volumeMode: 'Filesystem', ...pvc };
  const volumeMode = storage?.volumeMode ?? 'Filesystem';
  const asked = storage?.resources?.requests?.storage;
  const bytes = sizeBytes(asked ?? sourceSize);
  const inflated =
    asked && volumeMode === 'Filesystem'
      ? Math.ceil((bytes * (1 + OVERHEAD)) / MIB) * MIB
      : bytes;
  return {
    accessModes: storage?.accessModes?.length
      ? storage.accessModes
      : ['ReadWriteOnce'],
    volumeMode,
    storageClassName: storage?.storageClassName,
    resources: { requests: { storage: sizeText(inflated) } },
  };
}

/**
 * Makes the claim of a DataVolume, with a populator as its source.
 *
 * @returns nothing where the claim cannot be made now; the status says why as far as CDI does
 */
export async function ensureTargetClaim(
  context: Context,
  dataVolume: DataVolume,
  populator: {
    kind: string;
    name: string;
    annotations?: Record<string, string>;
    sourceSize?: string;
  },
): Promise<Claim | undefined> {
  const { client, caches, events } = context;
  const { name, namespace } = dataVolume.metadata;
  const existing = caches.claims.get(keyOf(dataVolume));
  if (existing) {
    const ours = existing.metadata.ownerReferences?.some(
      ({ uid }) => uid === dataVolume.metadata.uid,
    );
    if (ours && !existing.metadata.deletionTimestamp) return existing;
    if (!ours && !existing.metadata.deletionTimestamp) {
      await events.record(RESOURCES.dataVolumes, dataVolume, {
        type: 'Warning',
        reason: 'ErrResourceExists',
        message: `Resource "${name}" already exists and is not managed by DataVolume`,
        component: 'datavolume-import-controller',
      });
    }
    return undefined;
  }
  try {
    const claim = await client.create<Claim>(RESOURCES.claims, {
      metadata: {
        name,
        namespace,
        labels: {
          'alerts.k8s.io/KubePersistentVolumeFillingUp': 'disabled',
          ...dataVolume.metadata.labels,
          ...CDI_LABELS,
        },
        annotations: {
          ...dataVolume.metadata.annotations,
          'cdi.kubevirt.io/createdForDataVolume': dataVolume.metadata.uid!,
          'cdi.kubevirt.io/storage.contentType': 'kubevirt',
          'cdi.kubevirt.io/storage.usePopulator': 'true',
          ...populator.annotations,
        },
        ownerReferences: [ownerOf(RESOURCES.dataVolumes, dataVolume)],
      },
      spec: {
        ...targetSpec(dataVolume, populator.sourceSize),
        dataSourceRef: {
          apiGroup: 'cdi.kubevirt.io',
          kind: populator.kind,
          name: populator.name,
        },
      },
    });
    caches.claims.put(claim);
    return claim;
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 403) throw error;
    await explainRefusal(context, dataVolume, error.message);
    return undefined;
  }
}

/** A quota is told in the conditions; any other refusal leaves nothing but the absence of the claim (recorded). */
async function explainRefusal(
  context: Context,
  dataVolume: DataVolume,
  message: string,
) {
  if (/exceeded quota/.test(message)) {
    const refused = {
      status: 'False' as const,
      reason: 'ErrExceededQuota',
      message,
    };
    await writeStatus(context, dataVolume, {
      phase: 'Pending',
      bound: refused,
      ready: refused,
    });
    await context.events.record(RESOURCES.dataVolumes, dataVolume, {
      type: 'Warning',
      reason: 'ErrExceededQuota',
      message,
      component: 'datavolume-import-controller',
    });
  } else {
    await writeStatus(context, dataVolume, {
      phase: 'Pending',
      bound: { status: 'False', reason: 'NotFound', message: 'No PVC found' },
      ready: { status: 'False' },
    });
  }
  context.queues.dataVolumes.addAfter(
    keyOf(dataVolume),
    3_000 * Math.max(context.settings.timeFactor, 0.02),
  );
}

/** A temporary claim of CDI's: scratch space, the prime claim of an import, the copy of a clone. */
export async function ensureHelperClaim(
  context: Context,
  options: {
    name: string;
    namespace: string;
    owner?: Claim;
    spec: ClaimSpec;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    onQuota: (message: string) => Promise<void>;
  },
): Promise<Claim | undefined> {
  const { client, caches } = context;
  const existing = caches.claims.get(`${options.namespace}/${options.name}`);
  if (existing) return existing;
  try {
    const claim = await client.create<Claim>(RESOURCES.claims, {
      metadata: {
        name: options.name,
        namespace: options.namespace,
        labels: { ...options.labels, ...HELPER_LABELS },
        annotations: {
          'cdi.kubevirt.io/storage.bind.immediate.requested': '',
          ...options.annotations,
        },
        ...(options.owner
          ? { ownerReferences: [ownerOf(RESOURCES.claims, options.owner)] }
          : {}),
      },
      spec: options.spec,
    });
    caches.claims.put(claim);
    return claim;
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 403) throw error;
    await options.onQuota(error.message);
    return undefined;
  }
}

/** A claim's shape without its source and its volume. */
export function bareSpec({ spec }: Claim): ClaimSpec {
  const { dataSource, dataSourceRef, volumeName, ...rest } = spec;
  return rest;
}
