import { Environment } from '@marcbachmann/cel-js';
import { Quantity } from '@golden-images/plugin-golden-images-common';
import type { ShippedPolicy } from '../shippedPolicies';

/** What Kubernetes gives to the expressions of a policy. */
export interface AdmissionContext {
  username: string;
  resource: string;
  object?: object;
  oldObject?: object;
  params?: object;
  namespaceObject?: object;
  /** Whether RBAC grants the user `manage-golden`, wherever it is asked for. */
  keeper: boolean;
}

interface Expression {
  name?: string;
  expression: string;
  messageExpression?: string;
}

/** CEL's authorizer library of Kubernetes, as far as the policies use it. */
class Check {
  readonly allowed: boolean;

  constructor(allowed: boolean) {
    this.allowed = allowed;
  }
}
class Authorizer {}
class Amount {
  readonly value: Quantity;

  constructor(text: string) {
    this.value = Quantity.parse(text);
  }
}

function environment(keeper: boolean): Environment {
  const env = new Environment({
    enableOptionalTypes: true,
    unlistedVariablesAreDyn: true,
  })
    .registerType('Authorizer', Authorizer)
    .registerType('Check', Check)
    .registerType('Amount', Amount)
    .registerFunction(
      'quantity(dyn): Amount',
      (text: string) => new Amount(text),
    )
    .registerFunction(
      'Amount.isGreaterThan(Amount): bool',
      (a: Amount, b: Amount) => a.value.compare(b.value) > 0,
    )
    .registerFunction(
      'Authorizer.check(string): Check',
      (_: Authorizer, verb: string) =>
        new Check(keeper && verb === 'manage-golden'),
    )
    .registerFunction('Check.allowed(): bool', (check: Check) => check.allowed)
    .registerFunction(
      'string.replace(string, string): string',
      (text: string, from: string, to: string) => text.split(from).join(to),
    );
  for (const step of ['group', 'resource', 'namespace', 'name']) {
    env.registerFunction(
      `Authorizer.${step}(string): Authorizer`,
      (authorizer: Authorizer) => authorizer,
    );
  }
  return env;
}

/**
 * Evaluates the expressions of a policy as Kubernetes does: it applies when all
 * match conditions hold, and refuses with the first validation that does not.
 *
 * @returns the message of the refusal
 */
export function decide(
  { policy }: ShippedPolicy,
  context: AdmissionContext,
): string | undefined {
  const env = environment(context.keeper);
  const spec = policy.spec as {
    matchConditions?: Expression[];
    variables?: Expression[];
    validations: Expression[];
  };
  const { metadata } = (context.object ?? context.oldObject) as {
    metadata: { name: string; namespace?: string };
  };
  const given = {
    object: context.object ?? null,
    oldObject: context.oldObject ?? null,
    params: context.params ?? null,
    namespaceObject: context.namespaceObject ?? null,
    authorizer: new Authorizer(),
    request: {
      userInfo: { username: context.username },
      resource: { resource: context.resource },
      namespace: metadata.namespace ?? '',
      name: metadata.name,
    },
  };
  const variables = {};
  const scope = { ...given, variables };
  const evaluate = (expression: string): unknown =>
    env.evaluate(expression, scope);
  for (const { name = '', expression } of spec.variables ?? []) {
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => evaluate(expression),
    });
  }
  const conditions = spec.matchConditions ?? [];
  if (!conditions.every(each => evaluate(each.expression) === true)) {
    return undefined;
  }
  const broken = spec.validations.find(
    each => evaluate(each.expression) !== true,
  );
  return broken && String(evaluate(broken.messageExpression ?? ''));
}
