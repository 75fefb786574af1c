import { applyPatch, JsonPatchError, type Operation } from 'fast-json-patch';
import { ApiError, badRequest, tooLarge } from './statusErrors';
import { isObject, type Json } from './types';
import { scanJson } from './scanJson';

const MAX_OPERATIONS = 10_000;
const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/**
 * RFC 6902, with two habits of Kubernetes' library (json-patch v4): what is
 * before the first `/` of a path is ignored, and every failure has one text.
 */
export function applyJsonPatch(target: Json, operations: unknown): Json {
  if (!Array.isArray(operations)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  if (operations.length > MAX_OPERATIONS) {
    throw tooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  try {
    const known = operations.map(toOperation);
    return applyPatch(target, known, true, false).newDocument;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw rejected();
  }
}

/** The JSON of a patch; wrong JSON is answered as Go's decoder words it. */
export function parsePatch(body: string): unknown {
  const { error } = scanJson(body);
  if (error) throw badRequest(`error decoding patch: ${error}`);
  return JSON.parse(body);
}

function toOperation(operation: unknown): Operation {
  if (!isObject(operation) || !OPERATIONS.includes(String(operation.op))) {
    throw rejected();
  }
  const converted: Json = { ...operation };
  for (const field of ['path', 'from']) {
    const pointer = converted[field];
    if (typeof pointer === 'string' && pointer !== '') {
      const start = pointer.indexOf('/');
      converted[field] = start < 0 ? `/${pointer}` : pointer.slice(start);
    }
  }
  return converted as unknown as Operation;
}

function rejected() {
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  });
}
