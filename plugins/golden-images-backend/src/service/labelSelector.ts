import type { LabelRequirement } from '../database';

const MAX_LENGTH = 4096;
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const SET_BASED = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^\s=!]+)\s*(==?|!=)\s*([^\s=!]*)$/;

/**
 * Reads a label selector as the Kubernetes API takes it: `a=b`, `a!=b`,
 * `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, with commas between. Comparisons of
 * numbers (`>`, `<`) are not supported.
 *
 * @throws Error saying which part is wrong
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  if (text.length > MAX_LENGTH) {
    throw new Error(`it is longer than ${MAX_LENGTH} characters`);
  }
  // Commas within parentheses separate values.
  const parts = text.split(/,(?![^()]*\))/).map(part => part.trim());
  return parts.map(parseRequirement);
}

function parseRequirement(part: string): LabelRequirement {
  const equality = EQUALITY.exec(part);
  if (equality) {
    const [, key, operator, value] = equality;
    return {
      key: labelKey(key),
      operator: operator === '!=' ? 'notin' : 'in',
      values: [labelValue(value, part)],
    };
  }
  const setBased = SET_BASED.exec(part);
  if (setBased) {
    const [, key, operator, list] = setBased;
    return {
      key: labelKey(key),
      operator: operator === 'in' ? 'in' : 'notin',
      values: list.split(',').map(value => labelValue(value.trim(), part)),
    };
  }
  return part.startsWith('!')
    ? { key: labelKey(part.slice(1).trim()), operator: 'absent' }
    : { key: labelKey(part), operator: 'exists' };
}

function labelKey(text: string): string {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  const prefixed = slash < 0 || PREFIX.test(text.slice(0, slash));
  if (!prefixed || !NAME.test(name)) {
    throw new Error(
      `"${text}" is not a condition such as "app=orders", "app in (orders,billing)", "app" or "!app"`,
    );
  }
  return text;
}

function labelValue(text: string, part: string): string {
  if (text !== '' && !NAME.test(text)) {
    throw new Error(`"${text}" in "${part}" is not a value of a label`);
  }
  return text;
}
