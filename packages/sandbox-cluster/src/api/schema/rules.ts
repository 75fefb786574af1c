import { Environment } from '@marcbachmann/cel-js';
import type { FieldError } from '../statusErrors';
import { isObject, type Json } from '../types';

/** One `x-kubernetes-validations` rule, bound to its place in the schema. */
export type Rule = (object: Json, previous?: Json) => FieldError[];

type Check = (value: unknown, previous: unknown) => boolean;

interface Found {
  path: string;
  value: unknown;
  previous: unknown;
}

/**
 * Two forms of CEL rules are most of those in the CustomResourceDefinitions of
 * CDI and Longhorn: `self == oldSelf`, and a list whose items are all of a set.
 * Any other is left to CEL itself. One that CEL does not understand is refused
 * when it is loaded, so that none is silently not applied.
 *
 * @throws Error that names the rule.
 */
export function compileRules(schema: Json): Rule[] {
  const rules: Rule[] = [];
  collect(schema, [], rules);
  return rules;
}

function collect(schema: Json, path: string[], rules: Rule[]) {
  const validations = schema['x-kubernetes-validations'];
  if (Array.isArray(validations)) {
    for (const validation of validations.filter(isObject)) {
      rules.push(compileRule(validation, path));
    }
  }
  const { properties, items } = schema;
  if (isObject(properties)) {
    for (const [name, property] of Object.entries(properties)) {
      if (isObject(property)) collect(property, [...path, name], rules);
    }
  }
  if (isObject(items)) collect(items, [...path, '[]'], rules);
}

function compileRule(validation: Json, path: string[]): Rule {
  const check = compileCheck(String(validation.rule));
  const message = String(
    validation.message ?? `failed rule: ${validation.rule}`,
  );
  return (object, previous) =>
    places({ path: '', value: object, previous }, path)
      .filter(place => place.value !== undefined)
      .filter(place => !check(place.value, place.previous))
      .map(place => ({
        reason: 'FieldValueInvalid',
        field: place.path,
        message: `Invalid value: ${message}`,
      }));
}

function compileCheck(rule: string): Check {
  if (rule === 'self == oldSelf') {
    return (value, previous) =>
      previous === undefined ||
      JSON.stringify(value) === JSON.stringify(previous);
  }
  const all = /^self\.all\((\w+), \1 in \[([^\]]*)\]\)$/.exec(rule);
  if (all) {
    const allowed = [...all[2].matchAll(/'([^']*)'/g)].map(match => match[1]);
    return value =>
      !Array.isArray(value) || value.every(item => allowed.includes(item));
  }
  return compileCel(rule);
}

/** A rule about `oldSelf` counts only where there was something before (Kubernetes 1.36). */
function compileCel(rule: string): Check {
  const env = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn');
  // A field that bears the name of a reserved word is written so.
  const expression = rule.replaceAll('__namespace__', 'namespace');
  const parsed = (() => {
    try {
      return env.parse(expression);
    } catch {
      throw new Error(`This validation rule is not understood: ${rule}`);
    }
  })();
  const isTransition = /\boldSelf\b/.test(rule);
  return (self, oldSelf) =>
    (isTransition && oldSelf === undefined) ||
    parsed({ self, oldSelf: oldSelf ?? null }) === true;
}

function places(from: Found, path: string[]): Found[] {
  let found = [from];
  for (const part of path) {
    found = found.flatMap(({ path: at, value, previous }) => {
      if (part !== '[]') {
        if (!isObject(value)) return [];
        return {
          path: at ? `${at}.${part}` : part,
          value: value[part],
          previous: isObject(previous) ? previous[part] : undefined,
        };
      }
      // Items of a list without keys cannot be matched with their former selves.
      return Array.isArray(value)
        ? value.map((item, index) => ({
            path: `${at}[${index}]`,
            value: item,
            previous: undefined,
          }))
        : [];
    });
  }
  return found;
}
