import { isDeepStrictEqual } from 'node:util';
import { Quantity } from '../quantity';
import {
  forbiddenField,
  invalidValue,
  required,
  type FieldError,
} from '../statusErrors';
import { isObject, timestamp, type KubeObject } from '../types';
import { dnsLabelErrors } from '../validation/metadata';
import { compileRules } from '../schema/rules';
import { ACCESS_STRATEGIES } from './accessKinds';
import type { Strategy } from './Strategy';

const keepStatus = (object: KubeObject, previous: KubeObject) => {
  if (previous.status === undefined) delete object.status;
  else object.status = previous.status;
};

const namespaceStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  nameErrors: dnsLabelErrors,
  prepareCreate(namespace) {
    namespace.spec = { finalizers: ['kubernetes'] };
    namespace.status = { phase: 'Active' };
    namespace.metadata.labels = {
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
      ...namespace.metadata.labels,
    };
  },
  prepareUpdate(namespace, previous) {
    namespace.spec = previous.spec;
    keepStatus(namespace, previous);
  },
};

const volumeStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate(volume) {
    volume.status = { phase: 'Pending' };
    const spec = (volume.spec ??= {});
    spec.persistentVolumeReclaimPolicy ??= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    canonicalCapacity(volume);
  },
  validateCreate: validateVolume,
  prepareUpdate(volume, previous) {
    keepStatus(volume, previous);
    canonicalCapacity(volume);
  },
  validateUpdate: (volume, previous) => [
    ...validateVolume(volume),
    ...validateVolumeSource(volume, previous),
  ],
};

const podStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: 'BestEffort' };
  },
  validateCreate: ({ spec }) => [
    ...(Array.isArray(spec?.containers) && spec.containers.length > 0
      ? []
      : [required('spec.containers')]),
    ...(spec?.ephemeralContainers
      ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')]
      : []),
  ],
  prepareUpdate: keepStatus,
  validateUpdate: validatePodUpdate,
};

const quotaStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate(quota) {
    quota.status = {};
  },
  prepareUpdate: keepStatus,
};

const secretStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate: encodeSecret,
  prepareUpdate: encodeSecret,
};

const classStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validateCreate: storageClass =>
    storageClass.provisioner ? [] : [required('provisioner')],
  validateUpdate: (storageClass, previous) =>
    storageClass.provisioner === previous.provisioner
      ? []
      : [
          invalidValue(
            'provisioner',
            storageClass.provisioner ?? '',
            'field is immutable',
          ),
        ],
};

const eventStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  validateCreate(event) {
    const involved = isObject(event.involvedObject) ? event.involvedObject : {};
    const namespace = involved.namespace || 'default';
    return namespace === event.metadata.namespace
      ? []
      : [
          invalidValue(
            'involvedObject.namespace',
            involved.namespace ?? '',
            'does not match event.namespace',
          ),
        ];
  },
};

const definitionStrategy: Strategy = {
  allowUnconditionalUpdate: false,
  prepareCreate(definition, { clock }) {
    const { names, versions } = definition.spec ?? {};
    const now = timestamp(clock);
    const condition = (type: string, reason: string, message: string) => ({
      lastTransitionTime: now,
      message,
      reason,
      status: 'True',
      type,
    });
    definition.status = {
      acceptedNames: names,
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition(
          'Established',
          'InitialNamesAccepted',
          'the initial names have been accepted',
        ),
      ],
      storedVersions: Array.isArray(versions)
        ? versions
            .filter(isObject)
            .flatMap(version =>
              version.storage === true ? [version.name] : [],
            )
        : [],
    };
  },
  validateCreate: validateDefinition,
  prepareUpdate: keepStatus,
  validateUpdate: validateDefinition,
};

const plain: Strategy = { allowUnconditionalUpdate: true };

export const CORE_STRATEGIES: Record<string, Strategy> = {
  ...ACCESS_STRATEGIES,
  Namespace: namespaceStrategy,
  PersistentVolume: volumeStrategy,
  Pod: podStrategy,
  ResourceQuota: quotaStrategy,
  Secret: secretStrategy,
  StorageClass: classStrategy,
  Event: eventStrategy,
  CustomResourceDefinition: definitionStrategy,
};

export const plainStrategy = plain;

function canonicalCapacity({ spec = {} }: KubeObject) {
  if (!isObject(spec.capacity)) return;
  for (const [name, value] of Object.entries(spec.capacity)) {
    spec.capacity[name] = Quantity.parse(value)?.toString() ?? value;
  }
}

function validateVolume({ spec = {} }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const storage = isObject(spec.capacity) ? spec.capacity.storage : undefined;
  if (!Array.isArray(spec.accessModes) || spec.accessModes.length === 0) {
    errors.push(required('spec.accessModes'));
  }
  if (storage === undefined) errors.push(required('spec.capacity'));
  else if (!Quantity.parse(storage)?.isPositive) {
    errors.push(
      invalidValue(
        'spec.capacity[storage]',
        storage,
        'must be greater than zero',
      ),
    );
  }
  return errors;
}

/** The Pod is what runs: only images and deadlines may change (the text without its diff). */
function validatePodUpdate(pod: KubeObject, previous: KubeObject) {
  const fixed = ({ spec = {} }: KubeObject) => {
    const withoutImages = (list: unknown) =>
      Array.isArray(list)
        ? list.map(item => (isObject(item) ? { ...item, image: '' } : item))
        : undefined;
    return {
      ...spec,
      containers: withoutImages(spec.containers),
      initContainers: withoutImages(spec.initContainers),
      activeDeadlineSeconds: undefined,
      tolerations: undefined,
      // Bound by the scheduler, which has no subresource of its own here.
      nodeName: undefined,
    };
  };
  return isDeepStrictEqual(fixed(pod), fixed(previous))
    ? []
    : [
        forbiddenField(
          'spec',
          'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
        ),
      ];
}

function validateVolumeSource(volume: KubeObject, previous: KubeObject) {
  return isDeepStrictEqual(volume.spec?.csi, previous.spec?.csi)
    ? []
    : [
        forbiddenField(
          'spec.persistentvolumesource',
          'spec.persistentvolumesource is immutable after creation',
        ),
      ];
}

function encodeSecret(secret: KubeObject) {
  if (isObject(secret.stringData)) {
    const data = isObject(secret.data) ? secret.data : {};
    for (const [name, value] of Object.entries(secret.stringData)) {
      data[name] = Buffer.from(String(value)).toString('base64');
    }
    secret.data = data;
    delete secret.stringData;
  }
  secret.type ??= 'Opaque';
}

function validateDefinition(definition: KubeObject): FieldError[] {
  const spec = definition.spec ?? {};
  const errors: FieldError[] = [];
  if (!spec.group) errors.push(required('spec.group'));
  if (!isObject(spec.names)) errors.push(required('spec.names'));
  const versions = Array.isArray(spec.versions) ? spec.versions : [];
  if (
    versions.filter(version => isObject(version) && version.storage === true)
      .length !== 1
  ) {
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map(version => (isObject(version) ? version.name : '')),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  for (const [index, version] of versions.filter(isObject).entries()) {
    const schema = isObject(version.schema) ? version.schema : {};
    const field = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (!isObject(schema.openAPIV3Schema)) {
      errors.push(required(field, 'schemas are required'));
      continue;
    }
    try {
      compileRules(schema.openAPIV3Schema);
    } catch (error) {
      errors.push(invalidValue(field, '', (error as Error).message));
    }
  }
  return errors;
}
