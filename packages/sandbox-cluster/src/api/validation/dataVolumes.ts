import { isDeepStrictEqual } from 'node:util';
import { Quantity } from '../quantity';
import { child, copyOf, isObject, type Json, type KubeObject } from '../types';
import { validateSource } from './dataVolumeSources';

/** Why CDI refuses a DataVolume. */
export interface Refusal {
  message: string;
  field?: string;
  reason: 'FieldValueInvalid' | 'FieldValueDuplicate' | 'FieldValueRequired';
}

const MAX_NAME = 253;
const MIB = Quantity.ofBytes(1024n * 1024n);
const ACCESS_MODES = [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  'ReadWriteOncePod',
];

export function refuse(message: string, field?: string): Refusal {
  return { message, field, reason: 'FieldValueInvalid' };
}

/** The rules of CDI's datavolume-validate webhook (v1.66), in its order; the first that is broken. */
export function validateDataVolume(
  dataVolume: KubeObject,
): Refusal | undefined {
  const spec = dataVolume.spec ?? {};
  if ((dataVolume.metadata.name ?? '').length > MAX_NAME) {
    return refuse(`Name cannot be longer than ${MAX_NAME} characters`);
  }
  return validateTarget(spec) ?? validateExternal(spec) ?? validateOrigin(spec);
}

/** Equal in meaning: quantities are compared as numbers. */
export function sameSpec(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(comparable(a.spec), comparable(b.spec));
}

function comparable(spec: Json | undefined): unknown {
  const copy: Json = copyOf(spec ?? {});
  for (const part of ['pvc', 'storage']) {
    for (const kind of ['requests', 'limits']) {
      const amounts = child(copy, part, 'resources', kind);
      if (!isObject(amounts)) continue;
      for (const [name, value] of Object.entries(amounts)) {
        const size = Quantity.parse(value);
        if (size) amounts[name] = String(size.value);
      }
    }
  }
  return copy;
}

/** Where the bytes go: `pvc` or `storage` of the spec. */
export function validateTarget(spec: Json): Refusal | undefined {
  const { pvc, storage } = spec;
  if (!isObject(pvc) && !isObject(storage)) {
    return refuse('Missing Data volume PVC', 'spec.PVC');
  }
  if (isObject(pvc) && isObject(storage)) {
    return refuse(
      'Duplicate storage definition, both target storage and target pvc defined',
      'spec.PVC,spec.Storage',
    );
  }
  const target = isObject(pvc) ? pvc : (storage as Json);
  const field = isObject(pvc) ? 'PVC' : 'Storage';
  return (
    validateSize(spec, target, field) ??
    validateClassName(target) ??
    (isObject(pvc) ? validateAccessModes(pvc) : undefined)
  );
}

function validateSize(
  spec: Json,
  target: Json,
  name: 'PVC' | 'Storage',
): Refusal | undefined {
  const field = `spec.${name}.resources.requests.size`;
  const value = child(target, 'resources', 'requests', 'storage');
  if (value === undefined) {
    const { source, sourceRef } = spec;
    const cloned =
      isObject(sourceRef) ||
      isObject(child(source, 'pvc')) ||
      isObject(child(source, 'snapshot'));
    return name === 'Storage' && cloned
      ? undefined
      : refuse(`${name} size is missing`, field);
  }
  const size = Quantity.parse(value);
  if (!size?.isPositive) {
    return refuse(`${name} size can't be equal or less than zero`, field);
  }
  if (size.compare(MIB) < 0) {
    return refuse(`${name} size should be at least 1MiB`, field);
  }
  return undefined;
}

function validateClassName({ storageClassName }: Json): Refusal | undefined {
  return String(storageClassName ?? '').length > MAX_NAME
    ? refuse(`Name cannot be longer than ${MAX_NAME} characters`)
    : undefined;
}

function validateAccessModes({ accessModes }: Json): Refusal | undefined {
  const field = 'spec.PVC.accessModes';
  const modes = Array.isArray(accessModes) ? accessModes : [];
  if (modes.length === 0) {
    return refuse('Required value: at least 1 access mode is required', field);
  }
  if (modes.length > 1) return refuse('PVC multiple accessModes', field);
  if (!ACCESS_MODES.includes(String(modes[0]))) {
    const supported = ACCESS_MODES.map(mode => `"${mode}"`).join(', ');
    return refuse(
      `Unsupported value: "${modes[0]}": supported values: ${supported}`,
      field,
    );
  }
  return undefined;
}

function externalReferences(spec: Json) {
  const target = isObject(spec.pvc) ? spec.pvc : spec.storage;
  return {
    dataSource: child(target, 'dataSource'),
    dataSourceRef: child(target, 'dataSourceRef'),
  };
}

function validateExternal(spec: Json): Refusal | undefined {
  const { dataSource, dataSourceRef } = externalReferences(spec);
  if (!isObject(dataSource) && !isObject(dataSourceRef)) return undefined;
  if (isObject(spec.source) || isObject(spec.sourceRef)) {
    return refuse(
      'External population is incompatible with Source and SourceRef',
      'spec.source',
    );
  }
  if (isObject(dataSource) && isObject(dataSourceRef)) {
    return refuse('DataSourceRef and DataSource must match', 'spec');
  }
  return (
    validateReference(dataSource, 'DataSource', 'spec.dataSource') ??
    validateReference(dataSourceRef, 'DataSourceRef', 'spec.dataSourceRef') ??
    (child(dataSourceRef, 'namespace')
      ? refuse(
          'Invalid value: DataSourceRef namespace not supported',
          'spec.dataSourceRef.namespace[]',
        )
      : undefined)
  );
}

function validateReference(
  reference: unknown,
  name: string,
  field: string,
): Refusal | undefined {
  if (!isObject(reference)) return undefined;
  if (!reference.name) {
    return refuse(`Required value: ${name} name`, `${field}.name[]`);
  }
  if (!reference.kind) {
    return refuse(`Required value: ${name} kind`, `${field}.kind[]`);
  }
  if (!reference.apiGroup && reference.kind !== 'PersistentVolumeClaim') {
    return refuse(
      `Required value: ${name} apiGroup when kind is not 'PersistentVolumeClaim'`,
      `${field}.apiGroup[]`,
    );
  }
  return undefined;
}

function validateOrigin(spec: Json): Refusal | undefined {
  const { source, sourceRef } = spec;
  const { dataSource, dataSourceRef } = externalReferences(spec);
  const external = isObject(dataSource) || isObject(dataSourceRef);
  if (external) return undefined;
  if (isObject(source) === isObject(sourceRef)) {
    return refuse(
      'Data volume should have either Source or SourceRef, or be externally populated',
      'spec.source',
    );
  }
  return isObject(sourceRef)
    ? validateSourceRef(sourceRef)
    : validateSource(source as Json, spec.contentType);
}

function validateSourceRef({ kind, name }: Json): Refusal | undefined {
  if (!kind) return refuse('Missing sourceRef kind', 'spec.sourceRef.Kind');
  if (kind !== 'DataSource') {
    return refuse(
      `Unsupported sourceRef kind ${kind}, currently only DataSource is supported`,
      'spec.sourceRef.Kind',
    );
  }
  return name
    ? undefined
    : refuse('Missing sourceRef name', 'spec.sourceRef.Name');
}
