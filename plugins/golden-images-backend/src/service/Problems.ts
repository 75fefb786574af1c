import { InputError } from '@backstage/errors';

/** Collects what is wrong with a request, so that everything is said at once. */
export class Problems {
  readonly #sentences: string[] = [];

  /** Nothing is added for `undefined`. */
  add(sentence: string | undefined): void {
    if (sentence !== undefined) this.#sentences.push(sentence);
  }

  get any(): boolean {
    return this.#sentences.length > 0;
  }

  /** @throws InputError with every problem, one per line */
  throwIfAny(): void {
    const [first, ...others] = this.#sentences;
    if (first === undefined) return;
    throw new InputError(
      others.length === 0
        ? first
        : [
            `${this.#sentences.length} problems, nothing was written:`,
            ...this.#sentences.map(sentence => `- ${sentence}`),
          ].join('\n'),
    );
  }
}
