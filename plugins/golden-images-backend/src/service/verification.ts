import type {
  Image,
  ImportSource,
  Problem,
} from '@golden-images/plugin-golden-images-common';
import { demandsVerification, type ClusterConfig } from '../config';
import { unverifiedWarning } from './importSource';

const DEMAND = 'which goldenImages.imports.requireVerified demands here';

const FIELDS: Record<string, { field: string; remedy: string }> = {
  http: {
    field: 'source.http.checksum',
    remedy: 'give the checksum of the file, such as "sha256:" and 64 digits',
  },
  pvc: {
    field: 'source.pvc',
    remedy: 'copy a golden image whose bytes were verified, or import a file',
  },
  registry: {
    field: 'source.registry.url',
    remedy: 'name the image by "@sha256:<digest>" instead of a tag',
  },
};

/** What speaks against an import whose bytes nothing will verify, where that is demanded. */
export function verificationProblem(
  source: ImportSource,
  cluster: ClusterConfig,
  namespace: string,
): Problem | undefined {
  if (!demandsVerification(cluster, namespace)) return undefined;
  if (unverifiedWarning(source) === undefined) return undefined;
  const [type] = Object.keys(source);
  return {
    code: 'not-verified',
    message: `the bytes would not be verified, ${DEMAND}`,
    ...(FIELDS[type] ?? {
      field: `source.${type}`,
      remedy:
        'import the file by http with its checksum, or from a registry by digest',
    }),
  };
}

/** Why an image can neither be cloned nor become current; `undefined` when its bytes are verified, or need not be. */
export function whyUnverified(
  { namespace, verified }: Pick<Image, 'namespace' | 'verified'>,
  cluster: ClusterConfig,
): string | undefined {
  return verified === 'none' && demandsVerification(cluster, namespace)
    ? `its bytes are not verified, ${DEMAND}`
    : undefined;
}
