import { setImmediate as nextTurn } from 'node:timers/promises';

/** As many as fit into a request of 100 KB, which is what plugins take, and into one SQL statement. */
const MOST_ITEMS = 250;

interface Waiting<I, R> {
  item: I;
  resolve: (result: R | PromiseLike<R>) => void;
  reject: (error: unknown) => void;
}

type Ask<I, R> = (
  items: I[],
  line: string,
) => Promise<readonly (R | PromiseLike<R>)[]>;

/**
 * Asks for many at once what they ask for at the same time. While one question
 * of a line is on its way, the next collects; so every answer was asked for
 * after everyone had come who gets it, and none is older than it would be
 * without this.
 */
export class Batches<I, R> {
  readonly #ask: Ask<I, R>;
  readonly #lines = new Map<string, Waiting<I, R>[]>();

  /**
   * @param ask - resolves to the answers in the order of the items; what it
   *   throws is thrown to all of them
   */
  constructor(ask: Ask<I, R>) {
    this.#ask = ask;
  }

  /** @param line - what may be asked for together, and never at the same time */
  async get(line: string, item: I): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const there = this.#lines.get(line);
      if (there) {
        there.push(waiting);
        return;
      }
      const begun = [waiting];
      this.#lines.set(line, begun);
      this.#serve(line, begun);
    });
  }

  async #serve(line: string, waiting: Waiting<I, R>[]) {
    while (waiting.length > 0) {
      // Whoever comes in the same turn of the event loop is asked for along.
      await nextTurn();
      await this.#answer(line, waiting.splice(0, MOST_ITEMS));
    }
    this.#lines.delete(line);
  }

  async #answer(line: string, batch: Waiting<I, R>[]) {
    try {
      const items = batch.map(({ item }) => item);
      const results = await this.#ask(items, line);
      batch.forEach(({ resolve }, index) => resolve(results[index]));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }
}
