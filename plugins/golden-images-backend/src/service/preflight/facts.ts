/** Something that was read, or why it may not be: then it counts neither way. */
export type Fact<T> = { known: true; value: T } | { known: false; why: string };

export const known = <T>(value: T): Fact<T> => ({ known: true, value });

/** One ResourceQuota: amounts as they are written, by resource. */
export interface QuotaFacts {
  name: string;
  /** It counts only some objects; which of ours is not decided here. */
  scoped: boolean;
  hard: Record<string, string>;
  used: Record<string, string>;
}

/** What a LimitRange says of claims, as quantities. */
export interface ClaimLimit {
  name: string;
  min?: string;
  max?: string;
}

export interface NamespaceLimits {
  quotas: Fact<QuotaFacts[]>;
  limits: Fact<ClaimLimit[]>;
}

/** The StorageProfile of a class, with what CDI is told to do everywhere. */
export interface CloneStrategyFacts {
  /** As CDI will take it; another one where the class or the mode differs. */
  strategy?: string;
  snapshotClass?: string;
}

/** The Longhorn volume of an image. */
export interface SourceVolumeFacts {
  sizeBytes?: number;
  dataEngine?: string;
  encrypted?: boolean;
  snapshotMaxCount?: number;
  /** Names of Pods that use it. */
  usedBy: string[];
}

export interface SnapshotClassFacts {
  name: string;
  driver: string;
  type?: string;
}
