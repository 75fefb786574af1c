import type {
  PreflightFacts,
  PreflightResponse,
} from '@golden-images/plugin-golden-images-common';
import { Problems } from '../Problems';
import type { Fact } from './facts';

/** What a pre-flight has found so far. */
export class Verdict {
  readonly problems = new Problems();
  readonly facts: PreflightFacts = { uses: [] };
  readonly #warnings = new Set<string>();
  readonly #unknown = new Set<string>();

  /** Nothing is added for `undefined`. */
  warn(...sentences: (string | undefined)[]): void {
    for (const sentence of sentences) {
      if (sentence !== undefined) this.#warnings.add(sentence);
    }
  }

  /** The value of a fact, or `undefined` after noting that it is not known. */
  valueOf<T>(what: string, fact: Fact<T>): T | undefined {
    if (fact.known) return fact.value;
    this.#unknown.add(`${what}: ${fact.why}`);
    return undefined;
  }

  /** Everything that another look has found. */
  take(other: Verdict): void {
    this.problems.add(...other.problems.list);
    this.warn(...other.warnings);
    for (const sentence of other.#unknown) this.#unknown.add(sentence);
    Object.assign(this.facts, other.facts);
  }

  get warnings(): string[] {
    return Array.from(this.#warnings);
  }

  asResponse(): PreflightResponse {
    return {
      ok: !this.problems.any,
      problems: [...this.problems.list],
      warnings: this.warnings,
      unknown: Array.from(this.#unknown),
      facts: this.facts,
    };
  }
}
