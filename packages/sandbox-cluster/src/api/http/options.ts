import type { FieldValidation } from '../decode';
import type { DeleteOptions, PropagationPolicy } from '../deletion';
import {
  badRequest,
  forbiddenField,
  invalid,
  invalidValue,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../statusErrors';
import { child, isObject, type Json } from '../types';

const GROUP = 'meta.k8s.io';
const MAX_MANAGER_BYTES = 128;
const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil'];

export interface WriteQuery {
  dryRun: boolean;
  fieldManager?: string;
  fieldValidation: FieldValidation;
  force: boolean;
}

/** @throws ApiError 422 that names the option */
export function readWriteQuery(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): WriteQuery {
  const errors: FieldError[] = [...dryRunErrors(query.getAll('dryRun'))];
  const fieldManager = query.get('fieldManager') ?? undefined;
  const validation = query.get('fieldValidation') ?? '';
  if (fieldManager && Buffer.byteLength(fieldManager) > MAX_MANAGER_BYTES) {
    errors.push(tooLong('fieldManager', MAX_MANAGER_BYTES));
  }
  if (isApply && !fieldManager) {
    errors.push(required('fieldManager', 'is required for apply patch'));
  }
  const force = query.get('force');
  if (kind === 'PatchOptions' && !isApply && force !== null) {
    errors.push(
      forbiddenField('force', 'may not be specified for non-apply patch'),
    );
  }
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    errors.push(
      notSupported('fieldValidation', validation, [
        '',
        'Ignore',
        'Strict',
        'Warn',
      ]),
    );
  }
  if (errors.length > 0)
    throw invalid({ kind, group: GROUP, name: '' }, errors);
  return {
    dryRun: query.has('dryRun'),
    fieldManager,
    fieldValidation: (validation || 'Warn') as FieldValidation,
    force: force === 'true' || force === '1',
  };
}

/** Options of a deletion from the query and from the body, which may be `DeleteOptions`. */
export function readDeleteOptions(
  query: URLSearchParams,
  body: unknown,
): DeleteOptions & { dryRun: boolean } {
  const options: Json = isObject(body) ? body : {};
  const bodyDryRun = Array.isArray(options.dryRun)
    ? options.dryRun.map(String)
    : [];
  const dryRun = [...query.getAll('dryRun'), ...bodyDryRun];
  const policy = query.get('propagationPolicy') ?? options.propagationPolicy;
  const orphan = query.get('orphanDependents') ?? options.orphanDependents;
  const errors: FieldError[] = [...dryRunErrors(dryRun)];
  const isSet = (value: unknown) => value !== undefined && value !== null;
  if (isSet(policy) && isSet(orphan)) {
    errors.push(
      invalidValue(
        'propagationPolicy',
        policy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  } else if (isSet(policy) && !POLICIES.slice(0, 3).includes(String(policy))) {
    errors.push(notSupported('propagationPolicy', policy, POLICIES));
  }
  if (errors.length > 0) {
    throw invalid({ kind: 'DeleteOptions', group: GROUP, name: '' }, errors);
  }
  return {
    dryRun: dryRun.length > 0,
    propagationPolicy: isSet(orphan)
      ? orphanPolicy(orphan)
      : ((policy ?? undefined) as PropagationPolicy | undefined),
    preconditions: {
      uid: stringAt(options, 'preconditions', 'uid'),
      resourceVersion: stringAt(options, 'preconditions', 'resourceVersion'),
    },
  };
}

export interface ListQuery {
  limit: number;
  continueToken?: string;
  resourceVersion?: string;
  match?: string;
  labelSelector: string;
  fieldSelector: string;
}

/** @throws ApiError 400 or 422 */
export function readListQuery(query: URLSearchParams): ListQuery {
  const limit = query.get('limit') ?? '';
  if (limit !== '' && !/^[+-]?\d+$/.test(limit)) {
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`,
    );
  }
  const resourceVersion = query.get('resourceVersion') || undefined;
  const match = query.get('resourceVersionMatch') || undefined;
  const continueToken = query.get('continue') || undefined;
  const sendInitialEvents = query.get('sendInitialEvents');
  const isWatch = isTrue(query.get('watch'));
  const errors: FieldError[] = [];
  if (sendInitialEvents !== null) {
    if (!isWatch) {
      errors.push(
        forbiddenField(
          'sendInitialEvents',
          'sendInitialEvents is forbidden for list',
        ),
      );
    } else if (match !== 'NotOlderThan') {
      errors.push(
        forbiddenField(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
    }
  } else if (match !== undefined) {
    errors.push(...matchErrors({ match, resourceVersion, isWatch }));
  }
  if (errors.length > 0) {
    throw invalid({ kind: 'ListOptions', group: GROUP, name: '' }, errors);
  }
  if (continueToken && resourceVersion) {
    throw badRequest(
      'specifying resource version is not allowed when using continue',
    );
  }
  return {
    limit: Math.max(0, Number(limit || 0)),
    continueToken,
    resourceVersion,
    match,
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
  };
}

export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false';
}

function matchErrors(options: {
  match: string;
  resourceVersion?: string;
  isWatch: boolean;
}): FieldError[] {
  const field = 'resourceVersionMatch';
  if (options.isWatch) {
    return [
      forbiddenField(field, 'resourceVersionMatch is forbidden for watch'),
    ];
  }
  if (!options.resourceVersion) {
    return [
      forbiddenField(
        field,
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    ];
  }
  if (!['Exact', 'NotOlderThan'].includes(options.match)) {
    return [notSupported(field, options.match, ['', 'Exact', 'NotOlderThan'])];
  }
  if (options.match === 'Exact' && options.resourceVersion === '0') {
    return [
      forbiddenField(
        field,
        'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ),
    ];
  }
  return [];
}

function dryRunErrors(values: string[]): FieldError[] {
  if (values.every(value => value === 'All')) return [];
  return [
    {
      reason: 'FieldValueNotSupported',
      field: 'dryRun',
      message: `Unsupported value: ${JSON.stringify(
        values,
      )}: supported values: "All"`,
    },
  ];
}

function orphanPolicy(orphan: unknown): PropagationPolicy {
  return orphan === true || orphan === 'true' || orphan === '1'
    ? 'Orphan'
    : 'Background';
}

function stringAt(value: unknown, ...path: string[]): string | undefined {
  const found = child(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
