import { badRequest } from './statusErrors';
import { labelValueErrors, qualifiedNameErrors } from './validation/metadata';

export type LabelPredicate = (labels: Record<string, string>) => boolean;

interface Token {
  text: string;
  word: boolean;
}

const OPERATORS = ['=', '==', '!=', '>', '<'];

/**
 * A label selector as of `labels.Parse` (apimachinery 1.36).
 *
 * @throws ApiError 400 in its words
 */
export function parseLabelSelector(selector: string): LabelPredicate {
  const tokens = tokenize(selector);
  const requirements: LabelPredicate[] = [];
  let at = 0;
  while (at < tokens.length) {
    const { predicate, next } = parseRequirement(tokens, at);
    requirements.push(predicate);
    at = next;
    if (at >= tokens.length) break;
    if (tokens[at].text !== ',') {
      throw badRequest(
        `found '${tokens[at].text}', expected: ',' or 'end of string'`,
      );
    }
    at += 1;
    if (at >= tokens.length) {
      throw badRequest("found '', expected: identifier after ','");
    }
  }
  return labels => requirements.every(matches => matches(labels));
}

function tokenize(selector: string): Token[] {
  const pattern = /(==|!=|[=!><(),])|([^\s=!><(),]+)/g;
  return [...selector.matchAll(pattern)].map(match => ({
    text: match[0],
    word: match[2] !== undefined,
  }));
}

function parseRequirement(tokens: Token[], start: number) {
  const negated = tokens[start].text === '!';
  let at = negated ? start + 1 : start;
  const key = tokens[at]?.text ?? '';
  if (!tokens[at]?.word) {
    throw badRequest(
      `unable to parse requirement: found '${key}', expected: identifier`,
    );
  }
  for (const text of qualifiedNameErrors(key)) {
    throw badRequest(
      `unable to parse requirement: key: Invalid value: ${JSON.stringify(
        key,
      )}: ${text}`,
    );
  }
  at += 1;
  const operator = tokens[at]?.text;
  if (negated || operator === undefined || operator === ',') {
    const predicate: LabelPredicate = labels =>
      (labels[key] === undefined) === negated;
    return { predicate, next: at };
  }
  const isSet = operator === 'in' || operator === 'notin';
  if (!isSet && !OPERATORS.includes(operator)) {
    throw badRequest(
      `unable to parse requirement: found '${operator}', expected: in, notin, =, ==, !=, gt, lt`,
    );
  }
  at += 1;
  const { values, next } = isSet
    ? parseValues(tokens, at)
    : parseValue(tokens, at);
  checkValues(key, values);
  return { predicate: predicateOf(key, operator, values), next };
}

function predicateOf(
  key: string,
  operator: string,
  values: string[],
): LabelPredicate {
  switch (operator) {
    case '!=':
    case 'notin':
      return labels => !values.includes(labels[key]);
    case '>':
      return labels => Number(labels[key]) > Number(values[0]);
    case '<':
      return labels => Number(labels[key]) < Number(values[0]);
    default:
      return labels => values.includes(labels[key]);
  }
}

function parseValue(tokens: Token[], at: number) {
  // An empty value: `a=` or `a=,b`.
  if (!tokens[at]?.word) return { values: [''], next: at };
  return { values: [tokens[at].text], next: at + 1 };
}

function parseValues(tokens: Token[], start: number) {
  if (tokens[start]?.text !== '(') {
    const found = tokens[start]?.text ?? '';
    throw badRequest(
      `unable to parse requirement: found '${found}' expected: '('`,
    );
  }
  const values: string[] = [];
  let at = start + 1;
  let expectsValue = true;
  for (; at < tokens.length && tokens[at].text !== ')'; at++) {
    if (tokens[at].word) {
      values.push(tokens[at].text);
      expectsValue = false;
    } else {
      if (expectsValue) values.push('');
      expectsValue = true;
    }
  }
  if (expectsValue) values.push('');
  if (tokens[at]?.text !== ')') {
    throw badRequest("unable to parse requirement: found '', expected: ')'");
  }
  return { values, next: at + 1 };
}

function checkValues(key: string, values: string[]) {
  values.forEach((value, index) => {
    for (const text of labelValueErrors(value)) {
      throw badRequest(
        `unable to parse requirement: values[${index}][${key}]: Invalid value: ${JSON.stringify(
          value,
        )}: ${text}`,
      );
    }
  });
}
