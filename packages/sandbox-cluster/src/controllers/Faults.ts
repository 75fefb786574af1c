import type { Cache } from './kube/Cache';
import type { ConfigMap, Kube } from './kube/types';

export const FAULTS = [
  '404',
  'cut',
  'wrong-checksum',
  'too-big',
  'copy-fails',
  'volume-faulted',
  'controller-down',
] as const;

export type Fault = (typeof FAULTS)[number];

const ANNOTATION = 'sandbox.golden-images.backstage.io/fault';
const CONFIG_MAP = 'sandbox-system/sandbox-faults';

/**
 * Faults that are switched on: for one object by the annotation
 * `sandbox.golden-images.backstage.io/fault`, for all by a key of that name with
 * the value `true` in the ConfigMap `sandbox-system/sandbox-faults`.
 */
export class Faults {
  readonly #configMaps: Cache<ConfigMap>;

  constructor(configMaps: Cache<ConfigMap>) {
    this.#configMaps = configMaps;
  }

  has(fault: Fault, object?: Kube): boolean {
    if (object?.metadata.annotations?.[ANNOTATION]?.split(',').includes(fault))
      return true;
    return this.#configMaps.get(CONFIG_MAP)?.data?.[fault] === 'true';
  }
}
