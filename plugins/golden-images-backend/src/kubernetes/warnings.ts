/** Texts of `Warning: 299 - "…"` headers (RFC 7234), as the API server sends them. */
export function readWarnings(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : header ?? '';
  return [...text.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) =>
    quoted.replace(/\\(.)/g, '$1'),
  );
}
