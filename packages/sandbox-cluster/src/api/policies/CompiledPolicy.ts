import type { Environment } from '@marcbachmann/cel-js';
import { child, isObject, type Json, type KubeObject } from '../types';

export interface Refusal {
  reason: string;
  message: string;
}

type Scope = Record<string, unknown>;
type Compiled = (scope: Scope) => unknown;

/** The expressions of one revision of a ValidatingAdmissionPolicy, parsed once. */
export class CompiledPolicy {
  readonly #conditions: Compiled[];
  readonly #variables: [string, Compiled][];
  readonly #validations: {
    expression: string;
    holds: Compiled;
    text?: Compiled;
    message?: string;
    reason: string;
  }[];
  readonly #ignoresErrors: boolean;

  constructor(policy: KubeObject, environment: Environment) {
    const spec = policy.spec ?? {};
    const compile = (expression: unknown): Compiled =>
      compiled(environment, String(expression));
    this.#ignoresErrors = spec.failurePolicy === 'Ignore';
    this.#conditions = items(spec.matchConditions).map(condition =>
      compile(condition.expression),
    );
    this.#variables = items(spec.variables).map(({ name, expression }) => [
      String(name),
      compile(expression),
    ]);
    this.#validations = items(spec.validations).map(validation => ({
      expression: String(validation.expression).trim(),
      holds: compile(validation.expression),
      text: validation.messageExpression
        ? compile(validation.messageExpression)
        : undefined,
      message: validation.message ? String(validation.message) : undefined,
      reason: String(validation.reason ?? 'Invalid'),
    }));
  }

  /** What is wrong with a request; an error is a refusal unless `failurePolicy` is Ignore. */
  refusals(given: Scope): Refusal[] {
    const scope = { ...given, variables: this.#lazyVariables(given) };
    const errors: Refusal[] = [];
    for (const holds of this.#conditions) {
      try {
        // One that does not hold decides, whatever errors the others have.
        if (holds(scope) !== true) return [];
      } catch (error) {
        errors.push(failure(error));
      }
    }
    if (errors.length > 0) return this.#ignoresErrors ? [] : errors.slice(0, 1);
    return this.#validations.flatMap(validation => {
      try {
        if (validation.holds(scope) === true) return [];
      } catch (error) {
        if (this.#ignoresErrors) return [];
        const text = failure(error).message;
        return [
          failure(
            `expression '${validation.expression}' resulted in error: ${text}`,
          ),
        ];
      }
      const message =
        shownText(validation.text, scope) ??
        validation.message?.trim() ??
        `failed expression: ${validation.expression}`;
      return [{ reason: validation.reason, message }];
    });
  }

  /** Variables are computed when they are first used, and once. */
  #lazyVariables(given: Scope): Scope {
    const variables: Scope = {};
    const scope = { ...given, variables };
    for (const [name, compute] of this.#variables) {
      let value: { known: unknown } | undefined;
      Object.defineProperty(variables, name, {
        enumerable: true,
        get: () => {
          value ??= { known: compute(scope) };
          return value.known;
        },
      });
    }
    return variables;
  }
}

/** What does not compile in a policy, by field. */
export function compileErrors(
  { spec }: KubeObject,
  environment: Environment,
): { field: string; expression: string; message: string }[] {
  const lists: [string, string[]][] = [
    ['matchConditions', ['expression']],
    ['variables', ['expression']],
    ['validations', ['expression', 'messageExpression']],
  ];
  return lists.flatMap(([list, fields]) =>
    items(child(spec, list)).flatMap((item, index) =>
      fields.flatMap(name => {
        const expression = item[name];
        if (typeof expression !== 'string' || expression === '') return [];
        const result = environment.check(expression);
        if (result.valid) return [];
        return [
          {
            field: `spec.${list}[${index}].${name}`,
            expression,
            message: `compilation failed: ${result.error?.summary ?? ''}`,
          },
        ];
      }),
    ),
  );
}

function compiled(environment: Environment, expression: string): Compiled {
  let run: Compiled;
  try {
    run = environment.parse(expression);
  } catch (error) {
    return () => {
      throw new Error(`compilation failed: ${(error as Error).message}`);
    };
  }
  return run;
}

function shownText(text: Compiled | undefined, scope: Scope) {
  if (!text) return undefined;
  try {
    const shown = text(scope);
    if (typeof shown !== 'string' || shown.includes('\n')) return undefined;
    return shown.trim() || undefined;
  } catch {
    // A message that cannot be made is replaced by the next best one.
    return undefined;
  }
}

function failure(error: unknown): Refusal {
  const text = error instanceof Error ? error.message : String(error);
  return { reason: 'Invalid', message: text.split('\n')[0] };
}

function items(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
