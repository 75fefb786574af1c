import {
  forbiddenField,
  invalidValue,
  required,
  tooLong,
  type FieldError,
} from '../statusErrors';
import type { ObjectMeta } from '../types';

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}(\\.${SUBDOMAIN})*$`);
const LABEL_PATTERN = new RegExp(`^${SUBDOMAIN}$`);
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with an RFC 1123 subdomain, Kubernetes' usual form of names. */
export function subdomainErrors(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push('must be no more than 253 bytes');
  if (!SUBDOMAIN_PATTERN.test(value)) errors.push(SUBDOMAIN_TEXT);
  return errors;
}

/** What is wrong with the name of a namespace. */
export function dnsLabelErrors(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push('must be no more than 63 bytes');
  if (!LABEL_PATTERN.test(value)) errors.push(LABEL_TEXT);
  return errors;
}

/** What is wrong with the key of a label or annotation. */
export function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${NAME_PART_TEXT} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const name = parts[parts.length - 1];
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty');
    else {
      errors.push(
        ...subdomainErrors(parts[0]).map(text => `prefix part ${text}`),
      );
    }
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) {
    errors.push('name part must be no more than 63 bytes');
  }
  if (name !== '' && !NAME_PART.test(name)) {
    errors.push(`name part ${NAME_PART_TEXT}`);
  }
  return errors;
}

export function labelValueErrors(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push('must be no more than 63 bytes');
  if (!LABEL_VALUE.test(value)) errors.push(LABEL_VALUE_TEXT);
  return errors;
}

/** `ValidateObjectMeta` of apimachinery. */
export function validateMetadata(
  metadata: ObjectMeta,
  nameErrors: (name: string) => string[] = subdomainErrors,
): FieldError[] {
  const errors: FieldError[] = [];
  const { name = '', labels = {}, annotations = {} } = metadata;
  if (name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'));
  } else {
    errors.push(
      ...nameErrors(name).map(text =>
        invalidValue('metadata.name', name, text),
      ),
    );
  }
  for (const [key, value] of Object.entries(labels)) {
    const texts = qualifiedNameErrors(key);
    errors.push(
      ...texts.map(text => invalidValue('metadata.labels', key, text)),
      ...labelValueErrors(value).map(text =>
        invalidValue('metadata.labels', value, text),
      ),
    );
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    errors.push(
      ...qualifiedNameErrors(key.toLowerCase()).map(text =>
        invalidValue('metadata.annotations', key, text),
      ),
    );
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) {
    errors.push(tooLong('metadata.annotations', MAX_ANNOTATIONS_BYTES));
  }
  errors.push(...ownerErrors(metadata), ...finalizerErrors(metadata));
  return errors;
}

/** `ValidateObjectMetaUpdate`: what a change may not touch. */
export function validateMetadataUpdate(
  metadata: ObjectMeta,
  previous: ObjectMeta,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['uid', 'name', 'namespace'] as const) {
    if (metadata[field] !== previous[field]) {
      errors.push(
        invalidValue(
          `metadata.${field}`,
          metadata[field],
          'field is immutable',
        ),
      );
    }
  }
  if (
    (metadata.deletionTimestamp ?? null) !==
    (previous.deletionTimestamp ?? null)
  ) {
    errors.push(
      invalidValue(
        'metadata.deletionTimestamp',
        metadata.deletionTimestamp ?? null,
        'field is immutable',
      ),
    );
  }
  if (previous.deletionTimestamp) {
    const added = (metadata.finalizers ?? []).filter(
      finalizer => !previous.finalizers?.includes(finalizer),
    );
    if (added.length > 0) {
      const shown = added.map(text => JSON.stringify(text)).join(', ');
      errors.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
        ),
      );
    }
  }
  return errors;
}

/** Texts for `Warning` headers about metadata. */
export function metadataWarnings(metadata: ObjectMeta): string[] {
  return (metadata.finalizers ?? [])
    .filter(finalizer => !finalizer.includes('/') && !isStandard(finalizer))
    .map(
      finalizer =>
        `metadata.finalizers: "${finalizer}": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

function isStandard(finalizer: string) {
  return finalizer === 'foregroundDeletion' || finalizer === 'orphan';
}

function ownerErrors({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'metadata.ownerReferences';
  for (const owner of ownerReferences) {
    if (!owner.apiVersion) {
      errors.push(
        invalidValue(`${field}.apiVersion`, '', 'version must not be empty'),
      );
    }
    for (const name of ['kind', 'name', 'uid'] as const) {
      if (!owner[name]) {
        errors.push(invalidValue(`${field}.${name}`, '', 'must not be empty'));
      }
    }
  }
  const controllers = ownerReferences.filter(owner => owner.controller);
  if (controllers.length > 1) {
    errors.push(
      invalidValue(
        field,
        controllers.map(({ kind, name }) => `${kind}/${name}`),
        'Only one reference can have Controller set to true',
      ),
    );
  }
  return errors;
}

function finalizerErrors({ finalizers = [] }: ObjectMeta): FieldError[] {
  const errors = finalizers.flatMap(finalizer =>
    qualifiedNameErrors(finalizer).map(text =>
      invalidValue('metadata.finalizers', finalizer, text),
    ),
  );
  if (
    finalizers.includes('orphan') &&
    finalizers.includes('foregroundDeletion')
  ) {
    errors.push(
      invalidValue(
        'metadata.finalizers',
        finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
  return errors;
}
