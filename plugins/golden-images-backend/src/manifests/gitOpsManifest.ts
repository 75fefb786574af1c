import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { KubernetesObject } from '../kubernetes/ClusterClient';

/**
 * What says that the portal made an object, for whom and by which request: an
 * object is ours by its request hash, and what is ours is moved, retired, kept
 * count of and deleted by `control/`. Git decides over what comes from Git. The
 * uid and the digest of a source are facts of the moment in which it was read.
 */
const OF_OUR_CREATE: readonly string[] = [
  ANNOTATIONS.requestHash,
  ANNOTATIONS.request,
  ANNOTATIONS.requestedBy,
  ANNOTATIONS.taskId,
  ANNOTATIONS.onTimeout,
  ANNOTATIONS.deadline,
  ANNOTATIONS.setCurrent,
  ANNOTATIONS.sourceUid,
  ANNOTATIONS.sourceDigest,
  ANNOTATIONS.sourceVerified,
  LABELS.managedBy,
];

/**
 * The object as it is kept in Git and applied by others. It stays labelled as
 * an image or a clone, so that the portal shows it, but it is not ours.
 */
export function gitOpsManifest<T extends KubernetesObject>(object: T): T {
  const { labels, annotations, name, namespace } = object.metadata;
  const left = withoutOurs(annotations);
  return {
    ...object,
    metadata: {
      name,
      namespace,
      labels: withoutOurs(labels),
      ...(Object.keys(left).length > 0 && { annotations: left }),
    },
  };
}

function withoutOurs(record: Record<string, string> = {}) {
  return Object.fromEntries(
    Object.entries(record).filter(([key]) => !OF_OUR_CREATE.includes(key)),
  );
}
