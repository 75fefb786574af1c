import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Timing } from '../tracking/rows';

/** Something that is looked at again and again; it decides by what is. */
export interface Chore {
  name: string;
  everyMs: number;
  pass: () => Promise<void>;
}

/** Does the chores of one cluster while its lease is held, each at its own pace. */
export class Housekeeper {
  readonly #timing: Pick<Timing, 'delay'>;
  readonly #logger: LoggerService;
  readonly #signal: AbortSignal;
  readonly #failing = new Set<string>();

  constructor(options: {
    timing: Pick<Timing, 'delay'>;
    logger: LoggerService;
    signal: AbortSignal;
  }) {
    this.#timing = options.timing;
    this.#logger = options.logger;
    this.#signal = options.signal;
  }

  /** Until the signal is aborted. */
  async run(chores: Chore[]): Promise<void> {
    await Promise.all(chores.map(chore => this.#repeat(chore)));
  }

  /** Says once that something does not work, until it has worked again. */
  failed(what: string, error: unknown) {
    if (this.#signal.aborted || this.#failing.has(what)) return;
    this.#failing.add(what);
    this.#logger.warn(`${what} could not be done and is tried again: ${error}`);
  }

  async #repeat({ name, everyMs, pass }: Chore): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await pass();
        this.#failing.delete(name);
      } catch (error) {
        this.failed(name, error);
      }
      await this.#timing.delay(everyMs, this.#signal).catch(() => undefined);
    }
  }
}
