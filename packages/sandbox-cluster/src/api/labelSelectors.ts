import { isObject } from './types';

/** Whether labels are selected by a `LabelSelector`; nothing or an empty one selects everything. */
export function matchesLabels(
  selector: unknown,
  labels: Record<string, string>,
): boolean {
  if (!isObject(selector)) return true;
  const { matchLabels, matchExpressions } = selector;
  const wanted = isObject(matchLabels) ? Object.entries(matchLabels) : [];
  const expressions = Array.isArray(matchExpressions)
    ? matchExpressions.filter(isObject)
    : [];
  return (
    wanted.every(([name, value]) => labels[name] === value) &&
    expressions.every(({ key, operator, values }) => {
      const value: string | undefined = labels[String(key)];
      const isListed = Array.isArray(values) && values.includes(value);
      switch (operator) {
        case 'In':
          return value !== undefined && isListed;
        case 'NotIn':
          return value === undefined || !isListed;
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
