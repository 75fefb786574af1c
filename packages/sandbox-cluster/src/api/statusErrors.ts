import type { ResourceDefinition } from './resources';
import type { Json } from './types';

export interface Cause {
  reason?: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
}

/** What a refusal says, and where. `field` is empty for the whole object. */
export interface FieldError {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTypeInvalid'
    | 'FieldValueDuplicate';
  field: string;
  message: string;
}

/** An answer that is a `Status` with a failure: Kubernetes' `metav1.Status`, version 1.36. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly metadata: Json;

  constructor(options: {
    code: number;
    reason?: string;
    message: string;
    details?: StatusDetails;
    metadata?: Json;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = options.code;
    this.reason = options.reason;
    this.details = options.details;
    this.metadata = options.metadata ?? {};
  }

  toStatus(): Json {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** As much of a resource as a path names, whether it is served or not. */
export type ResourceName = Pick<ResourceDefinition, 'group' | 'plural'>;

/** `datavolumes.cdi.kubevirt.io`, or `pods` for the core group. */
export function qualifiedResource(type: ResourceName): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

export function qualifiedKind(type: ResourceDefinition): string {
  return type.group ? `${type.kind}.${type.group}` : type.kind;
}

function resourceDetails(type: ResourceName, name?: string): StatusDetails {
  return {
    ...(name ? { name } : {}),
    ...(type.group ? { group: type.group } : {}),
    kind: type.plural,
  };
}

export function notFound(type: ResourceDefinition, name: string) {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${qualifiedResource(type)} "${name}" not found`,
    details: resourceDetails(type, name),
  });
}

export function alreadyExists(type: ResourceDefinition, name: string) {
  return new ApiError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualifiedResource(type)} "${name}" already exists`,
    details: resourceDetails(type, name),
  });
}

export function conflict(
  type: ResourceDefinition,
  name: string,
  text = 'the object has been modified; please apply your changes to the latest version and try again',
) {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualifiedResource(
      type,
    )} "${name}": ${text}`,
    details: resourceDetails(type, name),
  });
}

/** Refused preconditions name the kind where other conflicts name the resource. */
export function preconditionFailed(
  type: ResourceDefinition,
  name: string,
  text: string,
) {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualifiedKind(
      type,
    )} "${name}": ${text}`,
    details: {
      name,
      ...(type.group ? { group: type.group } : {}),
      kind: type.kind,
    },
  });
}

export function forbidden(
  type: ResourceName,
  name: string | undefined,
  text: string,
  causes?: Cause[],
) {
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualifiedResource(type)}${
      name ? ` "${name}"` : ''
    } is forbidden: ${text}`,
    details: {
      ...resourceDetails(type, name),
      ...(causes ? { causes } : {}),
    },
  });
}

export function badRequest(message: string, cause?: unknown) {
  return new ApiError({ code: 400, reason: 'BadRequest', message, cause });
}

export function unsupportedMediaType(message: string, details?: StatusDetails) {
  return new ApiError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message,
    details,
  });
}

export function tooLarge(message: string) {
  return new ApiError({
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: ${message}`,
  });
}

export function methodNotAllowed() {
  return new ApiError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });
}

export function expired(message: string, metadata?: Json) {
  return new ApiError({ code: 410, reason: 'Expired', message, metadata });
}

/** `422 Invalid` with every error, in the form of `field.ErrorList`. */
export function invalid(
  subject: { kind: string; group?: string; name: string },
  errors: FieldError[],
) {
  const texts = [
    ...new Set(
      errors.map(error =>
        error.field ? `${error.field}: ${error.message}` : error.message,
      ),
    ),
  ];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = subject.group
    ? `${subject.kind}.${subject.group}`
    : subject.kind;
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${subject.name}" is invalid: ${text}`,
    details: {
      ...(subject.name ? { name: subject.name } : {}),
      ...(subject.group ? { group: subject.group } : {}),
      kind: subject.kind,
      causes: errors.map(({ reason, message, field }) => ({
        reason,
        message,
        field,
      })),
    },
  });
}

export function required(field: string, text?: string): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    message: text ? `Required value: ${text}` : 'Required value',
  };
}

export function invalidValue(
  field: string,
  value: unknown,
  text: string,
): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${JSON.stringify(value)}: ${text}`,
  };
}

export function notSupported(
  field: string,
  value: unknown,
  supported: string[],
): FieldError {
  const shown = supported.map(text => JSON.stringify(text)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(
      value,
    )}: supported values: ${shown}`,
  };
}

export function forbiddenField(field: string, text: string): FieldError {
  return {
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: ${text}`,
  };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${maxBytes} bytes`,
  };
}

/** A refusal by one of CDI's webhooks: a message, causes, and no reason. */
export function deniedByWebhook(
  webhook: string,
  code: number,
  message: string,
  causes?: Cause[],
) {
  return new ApiError({
    code,
    message: `admission webhook "${webhook}" denied the request: ${message}`,
    ...(causes ? { details: { causes } } : {}),
  });
}
