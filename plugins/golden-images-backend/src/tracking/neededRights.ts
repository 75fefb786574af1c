import type { ClusterConfig } from '../config/types';
import { RESOURCES, type ResourceType } from '../kubernetes';
import { LONGHORN_NAMESPACE } from './feeds';

/** One rule that the account of the backend needs, and for what. */
export interface Right {
  /** Shown in `ClusterStatus.missing`. */
  feature: string;
  verb: string;
  type: ResourceType;
  /** Absent: in every namespace, or a kind that is in none. */
  namespace?: string;
}

type Rule = [feature: string, verbs: string[], type: ResourceType];

const R = RESOURCES;

const IN_IMAGE_NAMESPACES: Rule[] = [
  ['import', ['create', 'get'], R.dataVolumes],
  ['identity', ['patch'], R.dataVolumes],
  ['release', ['delete'], R.dataVolumes],
  // Clones within the namespace are plain claims; others ask CDI, which asks for the last of these.
  ['clone', ['create', 'get'], R.claims],
  ['clone', ['create'], R.dataVolumeSources],
  ['identity', ['patch'], R.claims],
  ['release', ['delete'], R.claims],
  ['current', ['create', 'get', 'patch'], R.dataSources],
  ['retire', ['list'], R.pods],
  ['scheduled-imports', ['get'], R.dataImportCrons],
  ['quotas', ['list'], R.quotas],
  ['quotas', ['list'], R.limitRanges],
  ['image-from-snapshot', ['get', 'list'], R.volumeSnapshots],
];

const WHERE_CLONES_ARE: Rule[] = [
  ['clone', ['create', 'get'], R.dataVolumes],
  ['clone', ['get'], R.claims],
  ['identity', ['patch'], R.dataVolumes],
  ['release', ['delete'], R.dataVolumes],
  ['identity', ['patch'], R.claims],
  // Of clones whose DataVolume CDI has taken away.
  ['release', ['delete'], R.claims],
  ['expand', ['patch'], R.claims],
  // Tried as a dry run where CDI makes none: see `ClaimTrials`.
  ['refused-claims', ['create'], R.claims],
  ['quotas', ['list'], R.quotas],
  ['quotas', ['list'], R.limitRanges],
  ['image-from-claim', ['create'], R.dataVolumeSources],
  ['image-from-snapshot', ['get', 'list'], R.volumeSnapshots],
  ['source-users', ['list'], R.pods],
];

const IN_THE_CLUSTER: Rule[] = [
  ['namespaces', ['get'], R.namespaces],
  ['retire', ['get'], R.persistentVolumes],
  ['preflight', ['get'], R.storageProfiles],
  ['preflight', ['get'], R.cdiConfigs],
  ['preflight', ['list'], R.cdis],
  ['preflight', ['list'], R.mutatingWebhooks],
  ['preflight', ['list'], R.snapshotClasses],
  ['snapshot-details', ['get'], R.snapshotContents],
];

const IN_LONGHORN: Rule[] = [
  ['clones-left', ['get'], R.longhornVolumes],
  ['clones-left', ['list'], R.longhornSnapshots],
  ['clones-left', ['get'], R.longhornSettings],
];

/**
 * All rules that are needed beside those of lists and watches, which show their
 * own refusals, and those of the protection of images, which says itself what
 * it cannot look at. `manifests/rbac.yaml` grants them.
 */
export function neededRights(cluster: ClusterConfig): Right[] {
  const { imageNamespaces, scope, retain } = cluster;
  const rights = [
    ...imageNamespaces.flatMap(namespace =>
      rightsOf(IN_IMAGE_NAMESPACES, namespace),
    ),
    ...(scope === 'cluster' ? [undefined] : scope).flatMap(namespace =>
      rightsOf(WHERE_CLONES_ARE, namespace),
    ),
    ...rightsOf(IN_THE_CLUSTER),
    ...rightsOf(IN_LONGHORN, LONGHORN_NAMESPACE),
    // `manifests/protection/rbac-retain.yaml`
    ...rightsOf(retain ? [['retain', ['patch'], R.persistentVolumes]] : []),
  ];
  // Namespaces of images are in a scope of namespaces too.
  return [...new Map(rights.map(right => [idOf(right), right])).values()];
}

function rightsOf(rules: Rule[], namespace?: string): Right[] {
  return rules.flatMap(([feature, verbs, type]) =>
    verbs.map(verb => ({ feature, verb, type, namespace })),
  );
}

function idOf({ feature, verb, type, namespace = '' }: Right): string {
  return [feature, verb, type.group, type.resource, namespace].join(' ');
}
