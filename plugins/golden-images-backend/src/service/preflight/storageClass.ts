import type { Problem } from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import type { StorageClassInfo } from '../../tracking';

/** The class that a claim will get: the one that is named, else the cluster's default. */
export function findClass(
  classes: StorageClassInfo[],
  name: string | undefined,
): StorageClassInfo | undefined {
  return classes.find(candidate =>
    name === undefined ? candidate.isDefault : candidate.name === name,
  );
}

/** No classes at all means that they may not be read here. */
export function classMissing(
  cluster: ClusterConfig,
  classes: StorageClassInfo[],
  name: string | undefined,
): Problem | undefined {
  if (classes.length === 0 || findClass(classes, name)) return undefined;
  const names = classes.map(candidate => candidate.name).join(', ');
  return {
    field: 'storageClass',
    code: 'storage-class-missing',
    message:
      name === undefined
        ? `cluster "${cluster.name}" has no default, so one must be named (there: ${names})`
        : `"${name}" does not exist in cluster "${cluster.name}" (there: ${names})`,
  };
}
