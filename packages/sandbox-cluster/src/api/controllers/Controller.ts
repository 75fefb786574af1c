import type { Definitions } from '../definitions';
import type { ResourceDefinition } from '../resources';
import type { Store } from '../store';
import type { Clock, KubeObject } from '../types';

/** What a controller of this server works with: it writes into the store itself, past admission. */
export interface ControllerContext {
  store: Store;
  definitions: Definitions;
  clock: Clock;
  /** How long after a change a controller acts, as informers of kube-controller-manager lag behind. */
  delayMs: number;
  /** Whether admission lets a controller delete an object, which is asked in its own name. */
  mayDelete?(
    type: ResourceDefinition,
    object: KubeObject,
    userName: string,
  ): boolean;
}

export interface Controller {
  /** Looks at everything that is stored already, once, at the start. */
  resync(): void;
  close(): void;
}
