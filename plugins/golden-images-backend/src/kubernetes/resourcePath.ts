import type { ResourceType } from './ClusterClient';

/** Path of a collection, or of one object of it. */
export function resourcePath(
  type: ResourceType,
  namespace?: string,
  name?: string,
): string {
  const root = type.group ? `/apis/${type.group}` : '/api';
  const parts = [root, type.version];
  if (type.namespaced && namespace) {
    parts.push('namespaces', encodeURIComponent(namespace));
  }
  parts.push(type.resource);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  return parts.join('/');
}

export function withQuery(
  path: string,
  query: Record<string, string | number | boolean | undefined>,
): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
