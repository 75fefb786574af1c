/**
 * Every label and annotation that this product writes starts with this prefix.
 *
 * @public
 */
export const GOLDEN_IMAGES_PREFIX = 'golden-images.backstage.io/';

const key = <T extends string>(name: T) =>
  `${GOLDEN_IMAGES_PREFIX}${name}` as const;

/**
 * Labels on the objects that this product makes. A label value has at most 63
 * characters (Kubernetes); what does not fit is hashed, and the full value is
 * in an annotation.
 *
 * @public
 */
export const LABELS = {
  /** `golden-image` (the value that protects, from creation on) or `clone`. */
  role: key('role'),
  image: key('image'),
  version: key('version'),
  /** On a Namespace: `true` keeps it from being deleted. */
  protected: key('protected'),
  /** For people only: CDI overwrites it on claims that it makes. */
  managedBy: 'app.kubernetes.io/managed-by',
  kubernetesId: 'backstage.io/kubernetes-id',
} as const;

/** @public */
export const ROLE_GOLDEN_IMAGE = 'golden-image';
/** @public */
export const ROLE_CLONE = 'clone';
/** @public */
export const MANAGED_BY = 'backstage-golden-images';

/**
 * Annotations on the objects that this product makes, and on namespaces.
 *
 * @public
 */
export const ANNOTATIONS = {
  entityRef: key('entity-ref'),
  requestedBy: key('requested-by'),
  /** Hash of the request as it was asked: the identity of an idempotent create. */
  requestHash: key('request-hash'),
  /** The hashed fields as canonical JSON, URLs without userinfo and query. */
  request: key('request'),
  sourceUid: key('source-uid'),
  sourceVersion: key('source-version'),
  sourceDigest: key('source-digest'),
  /** On an image made of another one: `checksum` or `digest`, what that one's bytes were held against. */
  sourceVerified: key('source-verified'),
  taskId: key('task-id'),
  /** ISO 8601 time at which an unfinished import is given up by `control/`. */
  deadline: key('deadline'),
  /** `delete` or `keep`: what happens when a wait fails or times out before the object was ever ready. */
  onTimeout: key('on-timeout'),
  /** `false` keeps the alias where it is when this version becomes ready. */
  setCurrent: key('set-current'),
  pinned: key('pinned'),
  hold: key('hold'),
  /** JSON: who asked for it, and what it waits for. */
  retiring: key('retiring'),
  title: key('title'),
  description: key('description'),
  os: key('os'),
  architecture: key('architecture'),
  /** Of an image: pages about it, as a JSON list. */
  links: key('links'),
  /** Of an image: why it should not be used any more, and its successor, as JSON. */
  deprecated: key('deprecated'),
  /** What a look at the image showed before its import, if it was looked at. */
  format: key('format'),
  virtualSizeBytes: key('virtual-size-bytes'),
  /** Written once, at the first `ready`: which claim, volume and size were meant. */
  claimUid: key('claim-uid'),
  volumeHandle: key('volume-handle'),
  capacityBytes: key('capacity-bytes'),
  readyAt: key('ready-at'),
  /** What became of an image after it was published, as a JSON list. */
  drift: key('drift'),
  /** On a DataSource: names of versions that were ever ready, as a JSON list. */
  usedVersions: key('used-versions'),
  /** On a Namespace: the entity ref of its owner. On an image: of who answers for it, who gains nothing by it. */
  owner: key('owner'),
  allowDelete: key('allow-delete'),
  /** On a DataSource: what retired versions leave behind until it is gone, as a JSON list. */
  freeing: key('freeing'),
  /** On a PersistentVolume: its reclaim policy was set to `Retain` here. */
  retained: key('retained'),
} as const;

/**
 * KubeVirt's labels of a boot disk: what virtual machines on it are made like,
 * unless they say otherwise (KubeVirt 1.0 and newer). CDI copies them from a
 * claim to the DataSource that points at it (recorded with CDI 1.66).
 *
 * @public
 */
export const INSTANCETYPE_LABELS = {
  defaultInstancetype: 'instancetype.kubevirt.io/default-instancetype',
  defaultInstancetypeKind: 'instancetype.kubevirt.io/default-instancetype-kind',
  defaultPreference: 'instancetype.kubevirt.io/default-preference',
  defaultPreferenceKind: 'instancetype.kubevirt.io/default-preference-kind',
} as const;

/**
 * Label selector for golden images. CDI copies our label to its temporary
 * claims, which it marks with the velero label (recorded with CDI 1.66).
 *
 * @public
 */
export const GOLDEN_IMAGE_SELECTOR = `${LABELS.role}=${ROLE_GOLDEN_IMAGE},!velero.io/exclude-from-backup`;
