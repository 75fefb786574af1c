import type { Subresource } from './admission/AdmissionRequest';
import type { ResourceDefinition } from './resources';
import type { KubeObject } from './types';

/** What a write of a subresource changes of an object. */
export function partOf(
  subresource: Subresource,
  type: ResourceDefinition,
  object: KubeObject,
  previous: KubeObject,
): KubeObject {
  switch (subresource) {
    case 'finalize':
      return {
        ...previous,
        metadata: object.metadata,
        spec: { ...previous.spec, finalizers: object.spec?.finalizers ?? [] },
      };
    case 'ephemeralcontainers':
      return {
        ...previous,
        spec: {
          ...previous.spec,
          ephemeralContainers: object.spec?.ephemeralContainers,
        },
      };
    default:
      return statusOnly(type, object, previous);
  }
}

/** What a write of `/status` keeps: for custom resources the status alone, for core types also metadata. */
function statusOnly(
  type: ResourceDefinition,
  object: KubeObject,
  previous: KubeObject,
): KubeObject {
  if (type.custom) {
    const { managedFields } = object.metadata;
    const next: KubeObject = {
      ...previous,
      metadata: {
        ...previous.metadata,
        ...(managedFields ? { managedFields } : {}),
      },
    };
    if (object.status === undefined) delete next.status;
    else next.status = object.status;
    return next;
  }
  const next: KubeObject = {
    ...previous,
    metadata: object.metadata,
  };
  if (object.status !== undefined) next.status = object.status;
  return next;
}
