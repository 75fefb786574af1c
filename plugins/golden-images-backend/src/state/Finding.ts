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
  /** Since when at the latest, as the cluster says it. */
  sinceAt?: string;
  /** The claim is bound. */
  bound?: boolean;
  /** The bytes are there, although something else is wrong. */
  copied?: boolean;
  /** Moment at which the answer becomes another one although nothing changes. */
  dueAtMs?: number;
}
