/** Moments in the life of a template's step, in their order. */
export const MOMENTS = {
  request: 'before the action asks the backend',
  write: 'before the write to the cluster',
  written: 'after the write, before its reply',
  answer: 'after it is done, before the action is answered',
  checkpoint: 'after the reply, before the checkpoint',
  checkpointed: 'after the checkpoint',
  waiting: 'in the wait',
  outputs: 'after the wait, before the outputs are kept',
  stepped: 'between the steps',
  completion: 'after the last step, before the task is marked',
} as const;

export type MomentName = keyof typeof MOMENTS;

export const MOMENT_NAMES = Object.keys(MOMENTS) as MomentName[];

export interface Moment {
  name: MomentName;
  /** Name of the claim that the template makes. */
  claim: string;
  /** The process in which, or in front of which, it came. */
  by: string;
}

/** How a run of a task ended in a process. */
export interface RunEnd {
  claim: string;
  by: string;
  result: 'completed' | 'failed';
  /** Why it failed. */
  reason?: string;
  /** Why the end could not be marked: another run was faster. */
  refused?: string;
}

/** What becomes of a request or a call: on its way, or lost with its process. */
export type Verdict = 'go' | 'drop';
