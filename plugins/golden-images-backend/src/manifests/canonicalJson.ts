/** Something that JSON can hold; absent fields are left out. */
export type Canonical =
  | string
  | number
  | boolean
  | undefined
  | Canonical[]
  | { [field: string]: Canonical };

/** JSON with sorted keys and without white space: equal values give equal text. */
export function canonicalJson(value: Canonical): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: Canonical): Canonical {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .filter(key => value[key] !== undefined)
      .map(key => [key, sorted(value[key])]),
  );
}
