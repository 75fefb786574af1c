import { InputError } from '@backstage/errors';
import type { Problem } from '@golden-images/plugin-golden-images-common';

/** What is wrong with a request, before anything was written. */
export class ProblemsError extends InputError {
  readonly problems: readonly Problem[];

  /** @param reads - of a request that writes nothing anyway */
  constructor(problems: readonly Problem[], { reads = false } = {}) {
    super(inOneText(problems, reads ? '' : ', nothing was written'));
    this.problems = problems;
  }
}

/** Collects what is wrong with a request, so that everything is said at once. */
export class Problems {
  readonly #list: Problem[] = [];

  /** Nothing is added for `undefined`, and nothing twice. */
  add(...problems: (Problem | undefined)[]): void {
    for (const problem of problems) {
      const known = this.#list.some(
        other =>
          other.field === problem?.field && other.message === problem.message,
      );
      if (problem && !known) this.#list.push(problem);
    }
  }

  get any(): boolean {
    return this.#list.length > 0;
  }

  get list(): readonly Problem[] {
    return this.#list;
  }

  /** @throws ProblemsError with every problem, one per line */
  throwIfAny(): void {
    if (this.any) throw new ProblemsError(this.#list);
  }
}

/** A sentence such as `name: "x" is taken` as a problem of that field. */
export function asProblem(code: Problem['code'], sentence: string): Problem {
  const colon = sentence.indexOf(': ');
  const field = sentence.slice(0, colon);
  const named = /^[A-Za-z][\w.[\]]*$/.test(field);
  return {
    field: named ? field : 'request',
    code,
    message: named ? sentence.slice(colon + 2) : sentence,
  };
}

function inOneText(problems: readonly Problem[], comfort: string): string {
  const [first, ...others] = problems.map(inOneSentence);
  return others.length === 0
    ? first
    : [
        `${problems.length} problems${comfort}:`,
        ...[first, ...others].map(sentence => `- ${sentence}`),
      ].join('\n');
}

function inOneSentence({ field, message, remedy }: Problem): string {
  // A remedy is a sentence of its own, or goes on.
  const joint = remedy && /^[A-Z]/.test(remedy) ? '. ' : '; ';
  return `${field}: ${message}${remedy ? `${joint}${remedy}` : ''}`;
}
