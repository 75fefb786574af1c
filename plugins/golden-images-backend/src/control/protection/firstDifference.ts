/** What the API server adds to policies and bindings (Kubernetes 1.36). */
const DEFAULTS: Record<string, unknown> = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  scope: '*',
};

/**
 * Where a spec that was read is not what is shipped; `undefined` when it is,
 * apart from defaults. Nothing may be added to it either: a selector that is
 * too narrow switches a policy off as well as none.
 *
 * @returns a path such as `spec.validations[0].expression`
 */
export function firstDifference(
  shipped: unknown,
  read: unknown,
  path: string,
): string | undefined {
  if (Array.isArray(shipped) && Array.isArray(read)) {
    if (shipped.length !== read.length) return path;
    return first(shipped.keys(), index =>
      firstDifference(shipped[index], read[index], `${path}[${index}]`),
    );
  }
  if (isFields(shipped) && isFields(read)) {
    const keys = new Set([...Object.keys(shipped), ...Object.keys(read)]);
    return first(keys, key =>
      firstDifference(
        shipped[key] ?? DEFAULTS[key],
        read[key] ?? DEFAULTS[key],
        `${path}.${key}`,
      ),
    );
  }
  return shipped === read ? undefined : path;
}

function first<T>(
  items: Iterable<T>,
  find: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
