import type { ReasonCode } from '@golden-images/plugin-golden-images-common';

/** States that do not depend on whether an image or a volume is meant; `running` is importing or copying. */
export type Outcome =
  | 'pending'
  | 'waiting'
  | 'running'
  | 'failing'
  | 'failed'
  | 'done'
  | 'resizing'
  | 'deleting'
  | 'lost'
  | 'unknown';

/** What one look at the objects finds, before memory says since when. */
export interface Finding {
  outcome: Outcome;
  reason?: ReasonCode;
  message?: string;
  /** Failed attempts so far. */
  attempts?: number;
  /** Overrides what the table of reasons says. */
  retries?: boolean;
  progressPercent?: number;
  /** Since when at the latest, as the cluster says it: ISO 8601. */
  sinceAt?: string;
  /** When it began to count, where that is later: ISO 8601. The clock of giving up runs from here. */
  countsSince?: string;
  /** The bytes are there, although something else is wrong. */
  copied?: boolean;
  /** What is in the claim is not what was meant. */
  otherBytes?: boolean;
  /** The claim may be refused to CDI. */
  needsDryRun?: boolean;
  /** Moment at which the answer becomes another one although nothing changes, in milliseconds since the epoch. */
  dueAtMs?: number;
}
