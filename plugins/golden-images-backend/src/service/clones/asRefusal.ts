import { isError } from '@backstage/errors';
import type { CloneRefusal } from '@golden-images/plugin-golden-images-common';
import { ProblemsError } from '../Problems';

/** Their words are meant for whoever asked. */
const REFUSALS = [
  'InputError',
  'NotAllowedError',
  'NotFoundError',
  'ConflictError',
  'ServiceUnavailableError',
];

/** What a refused item of many is told, as it would be told alone; `undefined` for what is no refusal. */
export function asRefusal(error: unknown): CloneRefusal | undefined {
  if (error instanceof ProblemsError) {
    const { name, message, problems } = error;
    return { name, message, problems: [...problems] };
  }
  return isError(error) && REFUSALS.includes(error.name)
    ? { name: error.name, message: error.message }
    : undefined;
}
