/** Read decisions are asked anew after this time. */
const LIFE_MS = 5_000;
const MOST_ANSWERS = 5_000;

/**
 * Answers that may be a few seconds old: pages ask the same thing of the
 * permission framework and the catalog again and again. For reads only; what
 * changes something is always decided afresh. A question that fails is
 * forgotten, and one that is being asked is not asked twice.
 */
export class RecentAnswers<T> {
  readonly #answers = new Map<string, { atMs: number; answer: Promise<T> }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(question: string, ask: () => Promise<T>): Promise<T> {
    const nowMs = this.#nowMs();
    const known = this.#answers.get(question);
    if (known && nowMs - known.atMs < LIFE_MS) return known.answer;
    const answer = ask();
    this.#answers.delete(question);
    this.#answers.set(question, { atMs: nowMs, answer });
    answer.catch(() => {
      if (this.#answers.get(question)?.answer === answer) {
        this.#answers.delete(question);
      }
    });
    this.#forgetOld(nowMs);
    return answer;
  }

  /** They are kept in the order in which they were asked. */
  #forgetOld(nowMs: number) {
    for (const [question, { atMs }] of this.#answers) {
      const old = nowMs - atMs >= LIFE_MS;
      if (!old && this.#answers.size <= MOST_ANSWERS) return;
      this.#answers.delete(question);
    }
  }
}
