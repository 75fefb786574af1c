import type {
  ImageState,
  ReasonCode,
  VolumeState,
} from '@golden-images/plugin-golden-images-common';

/**
 * Trimmed views of cluster objects: all that derivation, joins and pages need,
 * and nothing else, so that a page of a list can be projected and dropped.
 */
export interface MetadataView {
  uid: string;
  namespace: string;
  name: string;
  resourceVersion: string;
  /** ISO 8601. */
  createdAt: string;
  deletedAt?: string;
  labels: Record<string, string>;
  /** Only those of `golden-images.backstage.io/`, and those that derivation reads. */
  annotations: Record<string, string>;
  /** The controller ownerReference. */
  controller?: { kind: string; name: string; uid: string };
}

export interface ConditionView {
  status: string;
  reason?: string;
  message?: string;
  /** ISO 8601. */
  transitionAt?: string;
}

export interface DataVolumeView {
  kind: 'DataVolume';
  metadata: MetadataView;
  /** `http`, `s3`, `pvc`, …; `sourceRef` for a reference to a DataSource. */
  sourceType?: string;
  /** Without userinfo and query. */
  sourceUrl?: string;
  sourceObject?: { kind: string; namespace?: string; name: string };
  checksum?: string;
  /** `spec.contentType`: `archive`, else a disk. */
  contentType?: 'kubevirt' | 'archive';
  requestedBytes?: number;
  storageClass?: string;
  volumeMode?: string;
  accessModes: string[];
  phase?: string;
  /** As CDI writes it: `N/A`, `38.97%`, `100.0%`. */
  progress?: string;
  restartCount: number;
  conditions: {
    bound?: ConditionView;
    running?: ConditionView;
    ready?: ConditionView;
  };
}

export interface ClaimView {
  kind: 'PersistentVolumeClaim';
  metadata: MetadataView;
  phase?: string;
  volumeName?: string;
  requestedBytes?: number;
  capacityBytes?: number;
  storageClass?: string;
  volumeMode?: string;
  accessModes: string[];
  /** `spec.dataSource`, else `spec.dataSourceRef`. */
  dataSource?: {
    apiGroup?: string;
    kind: string;
    name: string;
    namespace?: string;
  };
  conditions: {
    type: string;
    status: string;
    message?: string;
    transitionAt?: string;
  }[];
  /** CDI's own marks: annotations `cdi.kubevirt.io/storage.condition.running.*` and the like, as far as needed. */
  cdi: Record<string, string>;
  /** A Pod that uses the claim has a node: the first consumer is there. */
  nodeSelected?: boolean;
}

export interface PersistentVolumeView {
  kind: 'PersistentVolume';
  metadata: MetadataView;
  phase?: string;
  /** ISO 8601: when it came into its phase (Kubernetes 1.29 and later). */
  phaseSince?: string;
  capacityBytes?: number;
  driver?: string;
  volumeHandle?: string;
  claim?: { namespace: string; name: string; uid?: string };
  reclaimPolicy?: string;
}

export interface LonghornVolumeView {
  kind: 'Volume';
  metadata: MetadataView;
  sizeBytes?: number;
  /** `vol://…` or `snap://…`; an empty string is absent. */
  dataSource?: string;
  state?: string;
  robustness?: string;
  actualSizeBytes?: number;
  replicas?: number;
  clone: {
    state: string;
    sourceVolume?: string;
    attemptCount: number;
    nextAllowedAttemptAt?: string;
  };
  restoreRequired: boolean;
  /** To be filled from a backup, and the manager has not begun. */
  restorePending?: boolean;
  scheduled?: ConditionView;
  workloads: string[];
}

export interface EventView {
  kind: 'Event';
  uid: string;
  involvedUid: string;
  involvedKind: string;
  type: string;
  reason: string;
  message: string;
  count: number;
  /** ISO 8601 of the latest occurrence. */
  lastAt: string;
  firstAt?: string;
}

/** What the derivation remembers between calls: the cluster forgets its last error. */
export interface Memory {
  /** uid of the object this memory is of; another uid empties it. */
  uid: string;
  /** Last derived state and reason, and since when. */
  state?: string;
  reason?: ReasonCode;
  /** ISO 8601. */
  since?: string;
  lastError?: {
    reason: ReasonCode;
    message: string;
    at: string;
    attempts: number;
    /** `status.progress` when the attempt ended: the next one begins with it (CDI 1.66). */
    progress?: string;
  };
  /** Of the DataVolume, as long as bytes are on their way. */
  attempt?: { restartCount: number; progress?: string };
  /** Never falls within one volume. */
  progressPercent?: number;
  /** The volume whose progress that is. */
  progressOf?: string;
  /** uid of the claim at the first `ready` or `usable`. */
  readyClaimUid?: string;
  /** ISO 8601 of moments since which something lasts, by what it is. */
  lasting?: Record<string, string>;
  /** ISO 8601: the clock of giving up runs from here while it is failing. */
  failingSince?: string;
}

/** When a wait gives up on what may still heal. */
export interface Thresholds {
  /** Failed attempts. */
  attempts: number;
  /** Time of failing without an end. */
  failingMs: number;
}

export interface DeriveInput {
  kind: 'image' | 'volume';
  dataVolume?: DataVolumeView;
  claim?: ClaimView;
  /** A claim of this name that belongs to a predecessor of the DataVolume; `derive` sets it aside itself. */
  formerClaim?: ClaimView;
  persistentVolume?: PersistentVolumeView;
  longhornVolume?: LonghornVolumeView;
  /** The Longhorn volume that is copied from; `missing` when it does not exist. */
  sourceLonghornVolume?: LonghornVolumeView | 'missing';
  /** Events of the DataVolume and of the claim, by uid. */
  events: EventView[];
  /** Longhorn volumes can be read in this cluster. */
  longhornReadable: boolean;
  /**
   * PersistentVolumes can be read, so that one that is not there is not there
   * yet. Absent: yes.
   */
  persistentVolumesReadable?: boolean;
  /**
   * DataVolumes can be read here, so that one that is not there is known to be
   * gone. When absent, a claim without its DataVolume stands for itself.
   */
  dataVolumesReadable?: boolean;
  /** What is known of DataVolumes is older than the rest: one that is not there may be seen yet. */
  dataVolumesBehind?: boolean;
  /** Derived state of the object that is copied from, where it is followed. */
  sourceState?: ImageState | VolumeState;
  /**
   * Message of the API server when the claim was tried with `dryRun=All` after
   * `needsDryRun`. CDI itself is refused without a trace in the cluster.
   */
  dryRunRefusal?: string;
  /** Three attempts or 60 s when absent. */
  thresholds?: Thresholds;
  memory?: Memory;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

export interface Derived<
  TState extends ImageState | VolumeState = ImageState | VolumeState,
> {
  state: TState;
  reason?: ReasonCode;
  /** ISO 8601. */
  since: string;
  message?: string;
  remedy?: string;
  retries?: boolean;
  attempts?: number;
  progressPercent?: number;
  /** The furthest stage of a wait that is reached. */
  stage: 'accepted' | 'bound' | 'copied' | 'usable';
  /** A wait should throw now: see `docs/states.md`. */
  giveUp: boolean;
  /** Somebody refuses the claim to CDI without a word: try it with `dryRun=All` and pass `dryRunRefusal`. */
  needsDryRun?: boolean;
  memory: Memory;
  /** Derive again at this moment (milliseconds since the epoch) although no event may come. */
  dueAtMs?: number;
}
