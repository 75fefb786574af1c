import type { ServerResponse } from 'node:http';
import { ApiError } from '../statusErrors';
import type { ApiRequest } from './ApiContext';
import { serialise, type Form } from './negotiate';

const CHUNK_CHARACTERS = 512 * 1024;
const JSON_FORM: Form = { mediaType: 'application/json' };

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** JSON of an object, in the form that was asked for, with the warnings of the request. */
export function sendJson(
  { response, warnings }: ApiRequest,
  status: number,
  json: string,
  form: Form = JSON_FORM,
) {
  if (warnings.length > 0) {
    response.setHeader('warning', warnings.map(warningOf));
  }
  response.writeHead(status, {
    'cache-control': 'no-cache, private',
    'content-type': form.mediaType,
  });
  response.end(serialise(json, form));
}

/** The parts of a large answer, one after the other as the client takes them. */
export async function sendParts(
  { response }: ApiRequest,
  parts: Iterable<string>,
) {
  response.writeHead(200, {
    'cache-control': 'no-cache, private',
    'content-type': 'application/json',
  });
  let chunk = '';
  for (const part of parts) {
    chunk += part;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
    chunk = '';
  }
  response.end(chunk);
}

/** Until the client has taken what was written, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

export function sendError(response: ServerResponse, error: unknown) {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError({
          code: 500,
          reason: 'InternalError',
          message: `Internal error occurred: ${
            error instanceof Error ? error.message : String(error)
          }`,
        });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { retryAfterSeconds } = known.details ?? {};
  response.writeHead(known.code, {
    'cache-control': 'no-cache, private',
    'content-type': 'application/json',
    ...(retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : {}),
  });
  response.end(JSON.stringify(known.toStatus()));
}

/** RFC 7234, as the API server writes it. */
function warningOf(text: string): string {
  const printable = [...text]
    .map(character => (isPrintable(character) ? character : '?'))
    .join('');
  return `299 - "${printable.replace(/[\\"]/g, '\\$&')}"`;
}

function isPrintable(character: string) {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 && code < 0x7f;
}
