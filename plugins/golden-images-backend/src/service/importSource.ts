import type { ImportSource } from '@golden-images/plugin-golden-images-common';

/**
 * The address that the allow list judges, as a URL of http or https, and the
 * field that holds it. Where a cluster is not OpenShift, an ImageStream is the
 * name of an image to its nodes, which they pull from Docker Hub (CDI 1.66
 * passes it on to the Pod as it is), so that this address has to be allowed.
 */
export function addressOf(
  source: ImportSource,
): { field: string; url: string } | undefined {
  const { http, s3, gcs, registry } = source;
  if (http) return { field: 'source.http.url', url: http.url };
  if (s3) return { field: 'source.s3.url', url: s3.url };
  if (gcs) {
    return {
      field: 'source.gcs.url',
      url: gcs.url.replace(/^gs:\/\//i, 'https://storage.googleapis.com/'),
    };
  }
  if (registry?.url) {
    return {
      field: 'source.registry.url',
      url: registry.url.replace(/^docker:\/\//, 'https://'),
    };
  }
  return registry?.imageStream === undefined
    ? undefined
    : {
        field: 'source.registry.imageStream',
        url: `https://docker.io/library/${registry.imageStream}`,
      };
}

/** Said where nothing tells whether the bytes are those that were meant. */
export function unverifiedWarning(source: ImportSource): string | undefined {
  const { http, registry, pvc, snapshot } = source;
  if (pvc ?? snapshot) {
    return `The bytes are copied as they are: nothing tells whether ${
      pvc ? `claim "${pvc.name}"` : `snapshot "${snapshot?.name}"`
    } holds what was meant.`;
  }
  const effect =
    'the bytes will not be verified: a damaged file or an error page may count as an image';
  if (http) {
    return http.checksum
      ? undefined
      : `source.http.checksum is not given, so ${effect}`;
  }
  if (registry) {
    return registry.url?.includes('@sha256:')
      ? undefined
      : 'source.registry names no digest, so what the tag points at then is imported';
  }
  return `CDI checks no checksum of this source, so ${effect}`;
}
