import type { ImportSource } from '@golden-images/plugin-golden-images-common';
import type { DataVolumeSource } from '../types';

/** `spec.source` of the DataVolume of an import, without fields that were not asked for. */
export function sourceSpec(source: ImportSource): DataVolumeSource {
  const { http, s3, gcs, registry } = source;
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
