import { isDeepStrictEqual } from 'node:util';
import type { ResourceDefinition } from '../resources';
import type { SchemaValidator } from '../schema/SchemaValidator';
import type { KubeObject } from '../types';
import type { Strategy } from './Strategy';

/** Objects of a CustomResourceDefinition: `customResourceStrategy` of apiextensions-apiserver 1.36. */
export function customResourceStrategy(
  type: ResourceDefinition,
  validator: () => SchemaValidator,
): Strategy {
  return {
    allowUnconditionalUpdate: false,
    prepareCreate(object) {
      if (type.hasStatus) delete object.status;
      object.metadata.generation = 1;
    },
    validateCreate: object => validator().validate(object),
    prepareUpdate(object, previous) {
      if (type.hasStatus) {
        if (previous.status === undefined) delete object.status;
        else object.status = previous.status;
      }
      const generation = previous.metadata.generation ?? 0;
      object.metadata.generation =
        generation + (sameContent(object, previous, type.hasStatus) ? 0 : 1);
    },
    validateUpdate: (object, previous) =>
      validator().validate(object, previous),
  };
}

function sameContent(
  object: KubeObject,
  previous: KubeObject,
  withoutStatus: boolean,
): boolean {
  const content = (from: KubeObject) => {
    const copy: Partial<KubeObject> = { ...from };
    delete copy.metadata;
    if (withoutStatus) delete copy.status;
    return copy;
  };
  return isDeepStrictEqual(content(object), content(previous));
}
