import { isDeepStrictEqual } from 'node:util';
import { Environment, Optional } from '@marcbachmann/cel-js';
import type { Authorizer } from '../rbac/Authorizer';
import { authenticated, type User } from '../rbac/User';
import { Quantity } from '../quantity';

/** `authorizer` of an expression: whom it asks about. */
export class CelAuthorizer {
  readonly authorizer: Authorizer;
  readonly user: User;

  constructor(authorizer: Authorizer, user: User) {
    this.authorizer = authorizer;
    this.user = user;
  }
}

class CelDecision {
  readonly allowed: boolean;
  readonly reason: string;

  constructor(decision: { allowed: boolean; reason: string }) {
    this.allowed = decision.allowed;
    this.reason = decision.reason;
  }
}

/** A question that is being put together, `authorizer.group(…).resource(…)…`. */
class CelCheck {
  readonly from: CelAuthorizer;
  readonly parts: Record<string, string>;

  constructor(from: CelAuthorizer, parts: Record<string, string>) {
    this.from = from;
    this.parts = parts;
  }

  with(name: string, value: string) {
    return new CelCheck(this.from, { ...this.parts, [name]: value });
  }

  check(verb: string) {
    const { path, group = '', resource = '', ...rest } = this.parts;
    const { authorizer, user } = this.from;
    return new CelDecision(
      path === undefined
        ? authorizer.authorize(user, {
            verb,
            group,
            resource,
            subresource: rest.subresource || undefined,
            namespace: rest.namespace || undefined,
            name: rest.name || undefined,
          })
        : authorizer.authorize(user, { verb, path }),
    );
  }
}

class CelGroup extends CelCheck {}
class CelQuantity {
  readonly value: Quantity;

  constructor(text: string) {
    const value = Quantity.parse(text);
    if (!value) throw new Error(`quantity ${JSON.stringify(text)} is invalid`);
    this.value = value;
  }
}

/**
 * CEL as policies have it: optional types, and of the libraries of Kubernetes
 * 1.36 the authorizer, quantities and `replace`. Other functions do not
 * compile, so that no policy is taken for enforced that is not.
 */
export function policyEnvironment(): Environment {
  const env = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  });
  for (const name of [
    'object',
    'oldObject',
    'params',
    'request',
    'namespaceObject',
    'variables',
  ]) {
    env.registerVariable(name, 'dyn');
  }
  addAuthorizer(env);
  addQuantities(env);
  env.registerFunction(
    'string.replace(string, string): string',
    (text: string, from: string, to: string) => text.split(from).join(to),
  );
  env.registerOperator(
    'optional<dyn> == optional<dyn>',
    (a: Optional, b: Optional) =>
      a.hasValue() === b.hasValue() &&
      (!a.hasValue() || isDeepStrictEqual(a.value(), b.value())),
  );
  return env;
}

function addAuthorizer(env: Environment) {
  env
    .registerType('Authorizer', { ctor: CelAuthorizer, fields: {} })
    .registerType('GroupCheck', { ctor: CelGroup, fields: {} })
    .registerType('ResourceCheck', { ctor: CelCheck, fields: {} })
    .registerType('Decision', { ctor: CelDecision, fields: {} })
    .registerVariable('authorizer', 'Authorizer')
    .registerFunction(
      'Authorizer.path(string): ResourceCheck',
      (from: CelAuthorizer, path: string) => new CelCheck(from, { path }),
    )
    .registerFunction(
      'Authorizer.group(string): GroupCheck',
      (from: CelAuthorizer, group: string) => new CelGroup(from, { group }),
    )
    .registerFunction(
      'Authorizer.serviceAccount(string, string): Authorizer',
      (from: CelAuthorizer, namespace: string, name: string) =>
        new CelAuthorizer(
          from.authorizer,
          authenticated({ name: `system:serviceaccount:${namespace}:${name}` }),
        ),
    )
    .registerFunction(
      'GroupCheck.resource(string): ResourceCheck',
      (group: CelGroup, resource: string) => group.with('resource', resource),
    )
    .registerFunction(
      'ResourceCheck.check(string): Decision',
      (check: CelCheck, verb: string) => check.check(verb),
    )
    .registerFunction(
      'Decision.allowed(): bool',
      (decision: CelDecision) => decision.allowed,
    )
    .registerFunction(
      'Decision.reason(): string',
      (decision: CelDecision) => decision.reason,
    );
  for (const name of ['subresource', 'namespace', 'name']) {
    env.registerFunction(
      `ResourceCheck.${name}(string): ResourceCheck`,
      (check: CelCheck, value: string) => check.with(name, value),
    );
  }
}

function addQuantities(env: Environment) {
  const compare = (a: CelQuantity, b: CelQuantity) => a.value.compare(b.value);
  env
    .registerType('Quantity', { ctor: CelQuantity, fields: {} })
    .registerFunction(
      'quantity(string): Quantity',
      (text: string) => new CelQuantity(text),
    )
    .registerFunction(
      'isQuantity(string): bool',
      (text: string) => Quantity.parse(text) !== undefined,
    )
    .registerFunction(
      'Quantity.isGreaterThan(Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0,
    )
    .registerFunction(
      'Quantity.isLessThan(Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0,
    )
    .registerFunction(
      'Quantity.compareTo(Quantity): int',
      (a: CelQuantity, b: CelQuantity) => BigInt(compare(a, b)),
    );
}

/** JSON as CEL takes it: whole numbers are `int`. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return BigInt(value);
  }
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, toCel(field)]),
  );
}
