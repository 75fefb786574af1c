const MAX_VALUE_LENGTH = 200;

/**
 * The difference between two requests by field, for the text of a conflict:
 * `size was "10Gi", now "20Gi"`. Both are `request` annotations; the old one is
 * untrusted text.
 */
export function describeDifference(
  before: string | undefined,
  now: string,
): string {
  const old = before === undefined ? undefined : flatten(before);
  const asked = flatten(now);
  if (!old || !asked) {
    return 'its recorded request cannot be read, so it is not known what differs';
  }
  const fields = Array.from(new Set([...old.keys(), ...asked.keys()])).sort();
  const differences = fields
    .filter(field => old.get(field) !== asked.get(field))
    .map(
      field =>
        `${field} was ${shown(old.get(field))}, now ${shown(asked.get(field))}`,
    );
  // Query and userinfo are part of the hash, not of the annotation.
  return differences.join('; ') || 'the query of the source URL differs';
}

function flatten(json: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) {
        walk(inner, path ? `${path}.${key}` : key);
      }
    } else {
      fields.set(path, JSON.stringify(value));
    }
  };
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    walk(parsed, '');
    return fields;
  } catch {
    return undefined;
  }
}

function shown(value: string | undefined): string {
  if (value === undefined) return 'not given';
  return value.length > MAX_VALUE_LENGTH
    ? `${value.slice(0, MAX_VALUE_LENGTH)}…`
    : value;
}
