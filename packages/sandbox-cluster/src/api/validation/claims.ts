import { isDeepStrictEqual } from 'node:util';
import { Quantity } from '../quantity';
import {
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from '../statusErrors';
import { child, copyOf, isObject, type Json, type KubeObject } from '../types';
import { specDiff } from './specDiff';

const ACCESS_MODES = [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  'ReadWriteOncePod',
];
const VOLUME_MODES = ['Block', 'Filesystem'];
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** `ValidatePersistentVolumeClaimSpec` of Kubernetes 1.36. */
export function validateClaim(claim: KubeObject): FieldError[] {
  const spec = claim.spec ?? {};
  return [
    ...accessModeErrors(spec.accessModes),
    ...selectorErrors(spec.selector),
    ...sizeErrors(child(spec, 'resources', 'requests', 'storage')),
    ...classErrors(spec.storageClassName),
    ...(spec.volumeMode === undefined ||
    VOLUME_MODES.includes(String(spec.volumeMode))
      ? []
      : [notSupported('spec.volumeMode', spec.volumeMode, VOLUME_MODES)]),
    ...sourceErrors('spec.dataSource', spec.dataSource),
    ...sourceErrors('spec.dataSourceRef', spec.dataSourceRef),
    ...(sourcesDiffer(spec)
      ? [invalidValue('spec', {}, 'must match dataSourceRef')]
      : []),
  ];
}

/** What of a claim may change: its size once it is bound, and what binding fills in. */
export function validateClaimUpdate(
  claim: KubeObject,
  previous: KubeObject,
): FieldError[] {
  const spec = claim.spec ?? {};
  const before = previous.spec ?? {};
  const errors: FieldError[] = [];
  const compared: Json = copyOf(spec);
  const bound = child(previous, 'status', 'phase') === 'Bound';
  if (!before.volumeName)
    setOrDelete(compared, 'volumeName', before.volumeName);
  if (before.storageClassName === undefined && spec.storageClassName) {
    delete compared.storageClassName;
  }
  if (bound) {
    if (isObject(compared.resources)) {
      setOrDelete(
        compared.resources,
        'requests',
        child(before, 'resources', 'requests'),
      );
    }
    setOrDelete(
      compared,
      'volumeAttributesClassName',
      before.volumeAttributesClassName,
    );
  }
  if (!isDeepStrictEqual(compared, before)) {
    errors.push(
      forbiddenField('spec', `${IMMUTABLE}\n${specDiff(before, spec)}`),
    );
  }
  if (bound) errors.push(...shrinkErrors(claim, previous));
  if (spec.volumeMode !== before.volumeMode) {
    errors.push(
      invalidValue('volumeMode', spec.volumeMode, 'field is immutable'),
    );
  }
  return errors;
}

/** Texts for `Warning` headers. */
export function claimWarnings(claim: KubeObject): string[] {
  const warnings: string[] = [];
  const annotation = 'volume.beta.kubernetes.io/storage-class';
  if (claim.metadata.annotations?.[annotation] !== undefined) {
    warnings.push(
      `metadata.annotations[${annotation}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  }
  const size = Quantity.parse(
    child(claim, 'spec', 'resources', 'requests', 'storage'),
  );
  if (size && !size.isWhole) {
    warnings.push(
      `spec.resources.requests[storage]: fractional byte value "${size}" is invalid, must be an integer`,
    );
  }
  return warnings;
}

function setOrDelete(target: Json, field: string, value: unknown) {
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function shrinkErrors(claim: KubeObject, previous: KubeObject): FieldError[] {
  const size = (object: KubeObject) =>
    Quantity.parse(child(object, 'spec', 'resources', 'requests', 'storage'));
  const wanted = size(claim);
  const before = size(previous);
  const capacity = Quantity.parse(
    child(previous, 'status', 'capacity', 'storage'),
  );
  if (!wanted || !before || wanted.compare(before) >= 0) return [];
  if (capacity && wanted.compare(capacity) > 0) return [];
  return [
    forbiddenField(
      'spec.resources.requests.storage',
      'field can not be less than status.capacity',
    ),
  ];
}

function accessModeErrors(modes: unknown): FieldError[] {
  const field = 'spec.accessModes';
  if (!Array.isArray(modes) || modes.length === 0) {
    return [required(field, 'at least 1 access mode is required')];
  }
  const errors = modes
    .filter(mode => !ACCESS_MODES.includes(String(mode)))
    .map(mode => notSupported(field, mode, ACCESS_MODES));
  if (modes.length > 1 && modes.includes('ReadWriteOncePod')) {
    errors.push(
      forbiddenField(
        field,
        'may not use ReadWriteOncePod with other access modes',
      ),
    );
  }
  return errors;
}

function selectorErrors(selector: unknown): FieldError[] {
  const expressions = child(selector, 'matchExpressions');
  if (!Array.isArray(expressions)) return [];
  return expressions.flatMap((expression, index) => {
    const operator = child(expression, 'operator');
    return OPERATORS.includes(String(operator))
      ? []
      : [
          invalidValue(
            `spec.selector.matchExpressions[${index}].operator`,
            operator ?? '',
            'not a valid selector operator',
          ),
        ];
  });
}

function sizeErrors(size: unknown): FieldError[] {
  const field = 'spec.resources[storage]';
  if (size === undefined || size === null) return [required(field)];
  const quantity = Quantity.parse(size);
  return quantity?.isPositive
    ? []
    : [invalidValue(field, String(size), 'must be greater than zero')];
}

function classErrors(name: unknown): FieldError[] {
  if (typeof name !== 'string' || name === '') return [];
  const field = 'spec.storageClassName';
  if (name.length > 253) {
    return [invalidValue(field, name, 'must be no more than 253 characters')];
  }
  return [];
}

function sourceErrors(field: string, source: unknown): FieldError[] {
  if (!isObject(source)) return [];
  const errors: FieldError[] = [];
  if (!source.name) errors.push(required(`${field}.name`));
  if (!source.kind) errors.push(required(`${field}.kind`));
  if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim') {
    errors.push(
      invalidValue(
        field,
        source.kind,
        "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      ),
    );
  }
  return errors;
}

function sourcesDiffer({ dataSource, dataSourceRef }: Json): boolean {
  if (!isObject(dataSource) || !isObject(dataSourceRef)) return false;
  if (dataSourceRef.namespace) return false;
  return (
    dataSource.name !== dataSourceRef.name ||
    dataSource.kind !== dataSourceRef.kind ||
    (dataSource.apiGroup ?? '') !== (dataSourceRef.apiGroup ?? '')
  );
}
