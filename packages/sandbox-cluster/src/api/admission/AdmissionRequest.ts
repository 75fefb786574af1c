import type { User } from '../rbac/User';
import type { ResourceDefinition } from '../resources';
import type { KubeObject } from '../types';

/** Parts of objects that are written on their own. */
export type Subresource = 'status' | 'finalize' | 'ephemeralcontainers';

/** A write on its way into the store. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  type: ResourceDefinition;
  namespace?: string;
  name: string;
  subresource?: Subresource;
  /** One of several that are deleted by one request, which names none of them. */
  isCollection: boolean;
  isDryRun: boolean;
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
