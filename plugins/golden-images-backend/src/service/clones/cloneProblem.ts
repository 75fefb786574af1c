import type {
  Problem,
  ReasonCode,
} from '@golden-images/plugin-golden-images-common';

/** Problems that time may heal. */
const TEMPORARY: Partial<Record<Problem['code'], ReasonCode>> = {
  quota: 'quota',
  'object-count': 'quota',
  'image-resizing': 'resizing',
  'image-not-ready': 'source-not-ready',
  'webhook-missing': 'provisioning',
};
const FINAL: Partial<Record<Problem['code'], ReasonCode>> = {
  'limit-range': 'limit-range',
  'storage-class-missing': 'storage-class-missing',
  'name-taken': 'name-taken',
  'image-re-imported': 'source-invalid',
  'image-retiring': 'source-invalid',
  'snapshots-exhausted': 'source-invalid',
};

/** What problems make of a request whose turn has come: the worst of them counts. */
export function reasonOf(problems: readonly Problem[]): {
  reason: ReasonCode;
  temporary: boolean;
} {
  const final = problems.find(({ code }) => TEMPORARY[code] === undefined);
  if (final) {
    return { reason: FINAL[final.code] ?? 'turn-refused', temporary: false };
  }
  return {
    reason: TEMPORARY[problems[0]?.code] ?? 'turn-refused',
    temporary: problems.length > 0,
  };
}
