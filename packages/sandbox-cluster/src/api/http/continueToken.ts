import { scanJson } from '../scanJson';
import { badRequest } from '../statusErrors';
import { isObject } from '../types';

/** Where a list goes on: after a key, as it was at a revision (-1: as it is). */
export interface Continuation {
  revision: number;
  /** Relative to the namespace of the list. */
  afterKey: string;
}

const VERSION = 'meta.k8s.io/v1';

export function encodeContinue({ revision, afterKey }: Continuation): string {
  return Buffer.from(
    JSON.stringify({ v: VERSION, rv: revision, start: `/${afterKey}\u0000` }),
  ).toString('base64url');
}

/** @throws ApiError 400 in the words of kube-apiserver */
export function decodeContinue(token: string): Continuation {
  const text = Buffer.from(token, 'base64url').toString('latin1');
  const { error } = scanJson(text);
  const fail = (why: string) =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`);
  if (error) throw fail(error);
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || value.v !== VERSION) {
    throw fail('server does not recognize this encoded version');
  }
  const { rv, start } = value;
  if (typeof rv !== 'number' || typeof start !== 'string' || rv === 0) {
    throw fail('incorrect encoded start resourceVersion');
  }
  return {
    revision: rv,
    afterKey: start.replace(/^\//, '').replace(/\0$/, ''),
  };
}
