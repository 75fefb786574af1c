import { reasonInfo } from './reasons';
import type { Deprecation, Image, Volume } from './schemas';
import type { AnyState } from './states';

/** The sign of core-components that goes with a state. @public */
export type StateSign =
  | 'ok'
  | 'running'
  | 'pending'
  | 'warning'
  | 'error'
  | 'aborted';

const SIGNS: Record<AnyState, StateSign> = {
  pending: 'pending',
  waiting: 'pending',
  importing: 'running',
  copying: 'running',
  failing: 'warning',
  failed: 'error',
  ready: 'ok',
  usable: 'ok',
  resizing: 'running',
  deleting: 'aborted',
  lost: 'error',
  unknown: 'pending',
};

/** @public */
export function stateSign(state: AnyState): StateSign {
  return SIGNS[state];
}

/** A duration in words, the largest unit only: "6 min". @public */
export function durationInWords(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Bytes with a binary unit: "10 GiB". @public */
export function bytesInWords(sizeBytes: number, locale?: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const number = new Intl.NumberFormat(locale, {
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
  return `${number} ${units[unit]}`;
}

/** 1st, 2nd, 3rd, 4th, … 11th, … 21st. */
function ordinal(place: number): string {
  const teens = place % 100 > 10 && place % 100 < 14;
  const ending = teens ? undefined : ['th', 'st', 'nd', 'rd'][place % 10];
  return `${place}${ending ?? 'th'}`;
}

/**
 * A part of a sentence about a deprecated image: "is deprecated: end of life.
 * Use ubuntu/26.04 instead".
 *
 * @public
 */
export function deprecatedInWords({ reason, successor }: Deprecation): string {
  const instead = successor === undefined ? '' : `. Use ${successor} instead`;
  return `is deprecated: ${reason.replace(/[.\s]+$/, '')}${instead}`;
}

type Described = Pick<
  Image | Volume,
  | 'kind'
  | 'state'
  | 'reason'
  | 'since'
  | 'progressPercent'
  | 'retries'
  | 'attempts'
> & {
  verified?: Image['verified'];
  retirement?: Image['retirement'];
  queuePosition?: Volume['queuePosition'];
};

/**
 * The state of an image or a volume as one sentence for people: the one source
 * of words for card, page, tooltips, task log and notifications.
 *
 * @param nowMs - the present time, for "for 6 min"
 * @public
 */
export function stateSentence(object: Described, nowMs: number): string {
  const why = object.reason ? reasonInfo(object.reason).words : undefined;
  const percent =
    object.progressPercent === undefined
      ? ''
      : `, ${Math.floor(object.progressPercent)} %`;
  switch (object.state) {
    case 'pending':
      return 'Requested';
    case 'waiting':
      return `Waiting for: ${why ?? 'the cluster'}${
        object.queuePosition === undefined
          ? ''
          : ` (${ordinal(object.queuePosition)})`
      }`;
    case 'importing':
      return `Importing${percent}`;
    case 'copying':
      return object.reason === 'copy-not-started'
        ? 'Copying: not started yet'
        : `Copying${percent}`;
    case 'failing': {
      const since = object.since
        ? ` for ${durationInWords(nowMs - Date.parse(object.since))}`
        : '';
      const tries = object.attempts ? ` (${object.attempts} so far)` : '';
      const next = object.retries
        ? `Being tried again${tries}.`
        : 'Nothing tries again by itself.';
      return `Not all right${since}: ${why ?? 'unknown reason'}. ${next}`;
    }
    case 'failed':
      return `Failed: ${why ?? 'unknown reason'}. Will not be tried again.`;
    case 'ready':
      if (object.retirement) {
        const { waitingFor } = object.retirement;
        return `Being retired${waitingFor ? `: waits for ${waitingFor}` : ''}`;
      }
      return object.verified && object.verified !== 'none'
        ? `Ready (verified: ${object.verified})`
        : 'Ready (bytes not verified)';
    case 'usable':
      return 'Ready to use';
    case 'resizing':
      return object.reason === 'needs-a-pod'
        ? 'Needs a Pod to finish growing'
        : 'Growing';
    case 'deleting':
      return object.kind === 'image' ? 'Being retired' : 'Being deleted';
    case 'lost':
      return 'The volume behind this claim is gone';
    default:
      return why ? `Not known: ${why}` : 'Not known';
  }
}
