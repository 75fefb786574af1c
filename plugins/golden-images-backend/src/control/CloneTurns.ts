import type { ReasonCode } from '@golden-images/plugin-golden-images-common';
import type { CloneLimits } from '../config/cloneLimits';
import type { CloneQueueStore, CloneRequestRow } from '../database';
import { backoffMs } from '../tracking/backoff';
import type { Timing } from '../tracking/rows';

const POLL_MS = 1_000;
/** An instance that has not written what it was given within this time is gone. */
const GRACE_MS = 30_000;
/** What was written and never seen was deleted at once. */
const UNSEEN_MS = 60_000;
const KEEP_FAILED_MS = 7 * 24 * 3600_000;
/** A request that finds nobody so often may be the cause: others pass it for a while. */
const TRIES_IN_A_ROW = 3;
const PASSED_FOR_MS = 30_000;

/** What became of a request whose turn had come. */
export type TurnOutcome =
  | { outcome: 'written'; uid: string }
  | { outcome: 'refused'; reason: ReasonCode; message?: string }
  | {
      outcome: 'later';
      reason: ReasonCode;
      message?: string;
      afterMs: number;
    }
  /** Nobody's could be written: what writes them does not answer. */
  | { outcome: 'unavailable'; message?: string }
  /** The image is another volume by now, which has a width of its own. */
  | { outcome: 'moved'; imageKey: string };

export type CarryOut = (row: CloneRequestRow) => Promise<TurnOutcome>;

export interface CloneTurnsOptions {
  cluster: string;
  queue: CloneQueueStore;
  limits: CloneLimits;
  timing: Timing;
  signal: AbortSignal;
  /** Whether all that slots are counted by is followed just now. */
  isCurrent: () => boolean;
  carryOut: () => CarryOut | undefined;
  onChange: () => void;
  onError: (what: string, error: unknown) => void;
}

/** Lets queued clones through in one cluster, as slots become free. */
export class CloneTurns {
  readonly #options: CloneTurnsOptions;
  readonly #startedAtMs: number;
  #awake = true;
  /** Turns that found nobody, one after the other. */
  #unanswered = 0;
  /** On the clock that is never set. */
  #standsStillUntilMs = 0;
  /** Of the request that was put back last, how often in a row. */
  #putBack = { id: 0, times: 0 };
  #wake: () => void = () => {};

  constructor(options: CloneTurnsOptions) {
    this.#options = options;
    this.#startedAtMs = options.timing.nowMs();
  }

  /** Something may have changed: a slot is free, or somebody waits. */
  wake() {
    this.#awake = true;
    this.#wake();
  }

  /** Until the signal is aborted. */
  async run(): Promise<void> {
    const { signal, timing, onError } = this.#options;
    while (!signal.aborted) {
      this.#awake = false;
      try {
        await this.pass();
      } catch (error) {
        onError('Letting clones through', error);
      }
      if (this.#awake) continue;
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      this.#wake = () => stop.abort();
      await timing.delay(POLL_MS, either).catch(() => undefined);
    }
  }

  /** Everything that is due now. */
  async pass(): Promise<void> {
    const { queue, cluster, limits, timing, onChange } = this.#options;
    // Most of the time there is nothing, and every derived row asks.
    if (await queue.isEmpty(cluster)) return;
    const nowMs = timing.nowMs();
    const ended =
      (await queue.settle(cluster, nowMs, UNSEEN_MS)) +
      (await queue.expire(cluster, nowMs, KEEP_FAILED_MS));
    if (ended > 0) onChange();
    for (;;) {
      const carryOut = this.#options.carryOut();
      if (!carryOut || !this.#mayWrite()) return;
      if (timing.elapsedMs() < this.#standsStillUntilMs) return;
      const now = timing.nowMs();
      const row =
        (await queue.takeOver(cluster, now, this.#goneBefore(now))) ??
        (await queue.takeNext(cluster, limits, now));
      if (!row) return;
      await this.#carryOut(row, carryOut);
      onChange();
    }
  }

  /**
   * What was admitted by then and is not written has no writer any more. Whoever
   * had the turns before this instance is gone; one that only accepted a request
   * may be alive, and finds that it is written already.
   */
  #goneBefore(nowMs: number): number {
    return Math.max(nowMs - GRACE_MS, this.#startedAtMs);
  }

  #mayWrite(): boolean {
    return !this.#options.signal.aborted && this.#options.isCurrent();
  }

  async #carryOut(row: CloneRequestRow, carryOut: CarryOut): Promise<void> {
    const { queue, timing } = this.#options;
    const result = await carryOut(row);
    const nowMs = timing.nowMs();
    if (result.outcome === 'unavailable') {
      await this.#standStill(row, result.message, nowMs);
      return;
    }
    this.#unanswered = 0;
    switch (result.outcome) {
      case 'written':
        await queue.written(row.id, result.uid, nowMs);
        return;
      case 'refused':
        await queue.fail(row.id, result, nowMs);
        return;
      case 'moved':
        await queue.putBack({ ...row, imageKey: result.imageKey }, nowMs);
        return;
      default:
        await queue.putOff(
          row.id,
          { ...result, notBeforeMs: nowMs + result.afterMs },
          nowMs,
        );
    }
  }

  /** All wait, each at its place; nobody can be blamed for what does not answer. */
  async #standStill(
    row: CloneRequestRow,
    message: string | undefined,
    nowMs: number,
  ): Promise<void> {
    const { queue, timing } = this.#options;
    this.#unanswered += 1;
    this.#standsStillUntilMs =
      timing.elapsedMs() +
      backoffMs({ failures: this.#unanswered, random: timing.random() });
    const isSame = this.#putBack.id === row.id;
    this.#putBack = { id: row.id, times: isSame ? this.#putBack.times + 1 : 1 };
    if (this.#putBack.times < TRIES_IN_A_ROW) {
      await queue.putBack(row, nowMs);
      return;
    }
    const notBeforeMs = nowMs + PASSED_FOR_MS;
    await queue.putOff(
      row.id,
      { reason: 'turn-unanswered', message, notBeforeMs },
      nowMs,
    );
  }
}
