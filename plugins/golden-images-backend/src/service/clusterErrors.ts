import {
  ConflictError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import { clusterText } from './clusterText';

interface Rule {
  statuses?: number[];
  pattern?: RegExp;
  error: (message: string, cluster: string) => Error;
}

const says = (message: string) => `The cluster says: ${message}`;

/**
 * Refusals of an API server and its webhooks in plain words, the first rule
 * that fits. Texts as recorded with Kubernetes 1.36 and CDI 1.66; CDI's
 * webhooks give no `reason`, so that status and text are all there is.
 */
const RULES: Rule[] = [
  {
    statuses: [0],
    error: (message, cluster) =>
      new ServiceUnavailableError(
        `Cluster "${cluster}" gave no answer. Try again: the same request never makes a second object. ${message}`,
      ),
  },
  {
    statuses: [401],
    error: (message, cluster) =>
      new ServiceUnavailableError(
        `Cluster "${cluster}" refuses the credentials of this backend; an administrator must renew them below goldenImages.clusters. ${says(
          message,
        )}`,
      ),
  },
  {
    pattern: /exceeded quota/,
    error: message =>
      new ConflictError(
        `The quota of the namespace is exceeded. Free space there or ask for a larger quota. ${says(
          message,
        )}`,
      ),
  },
  {
    statuses: [403],
    pattern: /(maximum|minimum) storage usage per PersistentVolumeClaim/,
    error: message =>
      new InputError(
        `size: a limit of the namespace refuses it. Ask for a size within its LimitRange. ${says(
          message,
        )}`,
      ),
  },
  {
    statuses: [403],
    pattern: /being terminated/,
    error: message =>
      new ConflictError(
        `namespace: it is being deleted. Choose another one. ${says(message)}`,
      ),
  },
  {
    statuses: [403, 422],
    pattern: /ValidatingAdmissionPolicy/,
    error: message =>
      new NotAllowedError(
        `A policy of the cluster refuses this. ${says(message)}`,
      ),
  },
  {
    pattern: /insufficient permissions in clone source namespace/,
    error: (message, cluster) =>
      new NotAllowedError(
        `The account of this backend may not clone from that namespace of cluster "${cluster}"; an administrator must grant it "create" on datavolumes/source there. ${says(
          message,
        )}`,
      ),
  },
  {
    statuses: [403],
    error: (message, cluster) =>
      new NotAllowedError(
        `The account of this backend lacks a right in cluster "${cluster}", or an admission rule refuses this; an administrator can compare its roles with the manifests of this plugin. ${says(
          message,
        )}`,
      ),
  },
  {
    statuses: [404],
    pattern: /namespaces ".*" not found/,
    error: message =>
      new InputError(`namespace: it does not exist. ${says(message)}`),
  },
  {
    statuses: [404],
    error: (message, cluster) =>
      new ServiceUnavailableError(
        `Cluster "${cluster}" does not know this kind of object: is CDI installed there? ${says(
          message,
        )}`,
      ),
  },
  {
    pattern:
      /strict decoding error: unknown field "spec\.source\.http\.checksum"/,
    error: (message, cluster) =>
      new InputError(checksumUnknown(cluster, message)),
  },
  {
    statuses: [409],
    error: message =>
      new ConflictError(
        `Somebody else changed the object at the same time. Try again. ${says(
          message,
        )}`,
      ),
  },
  {
    statuses: [400, 413, 422],
    error: message =>
      new InputError(`The cluster refuses the request. ${says(message)}`),
  },
  {
    pattern: /failed calling webhook/,
    error: (message, cluster) =>
      new ServiceUnavailableError(
        `A webhook of cluster "${cluster}" does not answer; an administrator can look whether CDI's API server runs. Try again later. ${says(
          message,
        )}`,
      ),
  },
];

/** CDI before 1.65 does not know `source.http.checksum`. */
export function checksumUnknown(cluster: string, message?: string): string {
  return `source.http.checksum: CDI in cluster "${cluster}" cannot check it (needs CDI 1.65 or newer), so the bytes would not be verified; nothing was left behind. Leave the checksum out or upgrade CDI.${
    message ? ` ${says(message)}` : ''
  }`;
}

/** An error of Backstage for one of a cluster; others are returned as they are. */
export function asBackstageError(error: unknown, cluster: string): unknown {
  if (!(error instanceof KubernetesApiError)) return error;
  const message = clusterText(error.message);
  const rule = RULES.find(
    candidate =>
      (!candidate.statuses || candidate.statuses.includes(error.status)) &&
      (!candidate.pattern || candidate.pattern.test(error.message)),
  );
  return (
    rule?.error(message, cluster) ??
    new ServiceUnavailableError(
      `Cluster "${cluster}" answered with an error. Try again later. ${says(
        message,
      )}`,
    )
  );
}

/** Runs something that talks to a cluster; its refusals become Backstage's errors. */
export async function inPlainWords<T>(
  cluster: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asBackstageError(error, cluster);
  }
}
