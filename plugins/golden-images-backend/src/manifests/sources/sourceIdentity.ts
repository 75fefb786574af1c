import type { ImportSource } from '@golden-images/plugin-golden-images-common';
import type { Canonical } from '../canonicalJson';

/**
 * The source in the identity of an import. Fields that are absent do not count,
 * so that a new one leaves the hash of older requests as it was.
 *
 * @param url - how an address is written: in full for the hash, redacted to be read
 * @param namespace - of the image: that of a claim or snapshot which names none
 */
export function sourceIdentity(
  source: ImportSource,
  url: (text: string) => string,
  namespace: string,
): Canonical {
  const { http, s3, gcs, registry, pvc, snapshot } = source;
  return {
    http: http && {
      ...http,
      url: url(http.url),
      checksum: http.checksum?.toLowerCase(),
    },
    s3: s3 && { ...s3, url: url(s3.url) },
    gcs: gcs && { ...gcs, url: url(gcs.url) },
    registry: registry && {
      ...registry,
      url: registry.url && url(registry.url),
    },
    pvc: pvc && { namespace, ...pvc },
    snapshot: snapshot && { namespace, ...snapshot },
  };
}
