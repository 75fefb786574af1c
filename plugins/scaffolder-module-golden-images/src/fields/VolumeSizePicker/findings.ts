import {
  bytesInWords,
  type CloneRequest,
  type PreflightResponse,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import { isNamed } from './cloneDraft';

/** What stands in the way of this draft. */
export function problemsOf(
  draft: CloneRequest,
  { problems }: PreflightResponse,
): Problem[] {
  return problems.filter(({ field }) => field !== 'name' || isNamed(draft));
}

/** A problem in one line: what is wrong, and what to do about it. */
export function problemInWords({ field, message, remedy }: Problem): string {
  const wrong = `${field}: ${message}`;
  return remedy ? `${wrong}. What to do: ${remedy}.` : `${wrong}.`;
}

/** What is left of the storage of the target namespace, after this volume. */
export function leftInWords({ facts }: PreflightResponse): string | undefined {
  const use = facts.uses.find(({ role }) => role === 'target');
  if (!use) return undefined;
  const storage = use.quota.left.filter(
    ({ resource }) => resource === 'requests.storage',
  );
  if (storage.length === 0) return undefined;
  const leftBytes = Math.min(...storage.map(({ left }) => left));
  return `${bytesInWords(
    Math.max(0, leftBytes - use.peakBytes),
  )} of the quota of ${use.namespace} will be left.`;
}
