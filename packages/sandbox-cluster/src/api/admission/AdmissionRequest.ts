import type { User } from '../rbac/User';
import type { ResourceDefinition } from '../resources';
import type { KubeObject } from '../types';

/** A write on its way into the store. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  type: ResourceDefinition;
  namespace?: string;
  name: string;
  subresource?: 'status';
  /** The new object; for `DELETE` the stored one. Mutating plugins change it. */
  object: KubeObject;
  /** What is stored now, for `UPDATE`. */
  previous?: KubeObject;
  user: User;
  warnings: string[];
  /** Runs once the write is stored; never for a dry run. */
  afterCommit: (() => void)[];
}

/** Like an admission plugin or webhook of Kubernetes: changes a write, then may refuse it by throwing an ApiError. */
export interface AdmissionPlugin {
  mutate?(request: AdmissionRequest): void;
  validate?(request: AdmissionRequest): void;
}
