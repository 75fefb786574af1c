import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../kubernetes';

/** Keys of the ConfigMap that names accounts. */
export type AccountKey = 'cdi' | 'longhorn' | 'others' | 'backstage';

export interface ShippedPolicy {
  name: string;
  /** Half a sentence. */
  protects: string;
  policy: KubernetesObject;
  binding: KubernetesObject;
  /** The accounts that are written into it, since it cannot read the ConfigMap. */
  writtenAccounts?: AccountKey;
  /** Needed only where reclaim policies are changed. */
  forRetain?: boolean;
}

export const DELETE_POLICY = 'golden-images-delete';
export const CHANGE_POLICY = 'golden-images-change';
export const NAMESPACE_POLICY = 'golden-images-namespace-delete';

/** The ConfigMap of `accounts.yaml`. */
export const ACCOUNTS = {
  namespace: 'golden-images-system',
  name: 'golden-images-accounts',
};

const POLICIES: (Pick<
  ShippedPolicy,
  'name' | 'protects' | 'writtenAccounts' | 'forRetain'
> & { file: string })[] = [
  {
    file: 'delete.yaml',
    name: DELETE_POLICY,
    protects: 'golden images are not deleted unless they were released',
  },
  {
    file: 'change.yaml',
    name: CHANGE_POLICY,
    protects: 'only their keepers make, mark and change golden images',
  },
  {
    file: 'size.yaml',
    name: 'golden-images-size',
    protects: 'the claims of golden images keep their size',
  },
  {
    file: 'mount.yaml',
    name: 'golden-images-mount',
    protects: 'Pods mount golden images read-only or not at all',
    writtenAccounts: 'cdi',
  },
  {
    file: 'adopt.yaml',
    name: 'golden-images-adopt',
    protects: 'no DataVolume of somebody else takes a golden claim over',
  },
  {
    file: 'namespace.yaml',
    name: NAMESPACE_POLICY,
    protects: 'protected namespaces are not deleted',
  },
  {
    file: 'namespace.yaml',
    name: 'golden-images-namespace-marks',
    protects: 'only keepers say what a namespace protects and who owns it',
  },
  {
    file: 'volume.yaml',
    name: 'golden-images-volume',
    protects: 'of volumes, Backstage changes only what it keeps images by',
    writtenAccounts: 'backstage',
    forRetain: true,
  },
  {
    file: 'volume-namespace.yaml',
    name: 'golden-images-volume-namespace',
    protects: 'Backstage changes volumes of protected namespaces only',
    writtenAccounts: 'backstage',
    forRetain: true,
  },
];

/** The policies in `manifests/protection`, as they are shipped with this version. */
export function readShippedPolicies(): ShippedPolicy[] {
  return POLICIES.map(({ file, ...about }) => {
    const path = resolvePackagePath(
      '@golden-images/plugin-golden-images-backend',
      'manifests/protection',
      file,
    );
    const objects = parseAllDocuments(readFileSync(path, 'utf8')).map(
      document => document.toJSON() as KubernetesObject,
    );
    const find = (kind: string) => {
      const found = objects.find(
        object => object.kind === kind && object.metadata.name === about.name,
      );
      if (!found) throw new Error(`${path} has no ${kind} ${about.name}`);
      return found;
    };
    return {
      ...about,
      policy: find('ValidatingAdmissionPolicy'),
      binding: find('ValidatingAdmissionPolicyBinding'),
    };
  });
}

const WRITTEN = /'[^']*'(\.split\(',')/;

/** The policy with these accounts in it, as kustomize writes them. */
export function withAccounts(
  policy: KubernetesObject,
  accounts: string,
): KubernetesObject {
  const text = JSON.stringify(policy, (key, value) =>
    key === 'expression' && typeof value === 'string'
      ? value.replace(WRITTEN, (_, rest: string) => `'${accounts}'${rest}`)
      : value,
  );
  return JSON.parse(text);
}
