import type { ImportSource } from '@golden-images/plugin-golden-images-common';
import type { DataVolumeSource } from '../types';

/**
 * `spec.source` of the DataVolume of an import, without fields that were not
 * asked for.
 *
 * @param namespace - of the image: that of a claim or snapshot which names none
 */
export function sourceSpec(
  source: ImportSource,
  namespace: string,
): DataVolumeSource {
  const { http, s3, gcs, registry, pvc, snapshot } = source;
  // CDI requires the namespace of both (1.66).
  if (pvc) return { pvc: { namespace, ...pvc } };
  if (snapshot) return { snapshot: { namespace, ...snapshot } };
  if (http) {
    return {
      http: {
        url: http.url,
        ...(http.checksum && { checksum: http.checksum.toLowerCase() }),
        ...(http.secretRef && { secretRef: http.secretRef }),
        ...(http.secretExtraHeaders && {
          secretExtraHeaders: http.secretExtraHeaders,
        }),
        ...(http.certConfigMap && { certConfigMap: http.certConfigMap }),
      },
    };
  }
  if (s3) return { s3: { ...s3 } };
  if (gcs) return { gcs: { ...gcs } };
  if (!registry) return {};
  const { architecture, ...rest } = registry;
  return {
    registry: { ...rest, ...(architecture && { platform: { architecture } }) },
  };
}
