import { CLAIM_PROTECTION, VOLUME_PROTECTION } from '../admission/claims';
import { isHeld } from '../deletion';
import type { ResourceDefinition } from '../resources';
import type { StoreEvent } from '../watchCache';
import { child, type KubeObject } from '../types';
import type { Controller, ControllerContext } from './Controller';
import { WorkQueue } from './WorkQueue';

/** Lets go of deleted claims that no Pod uses, and of deleted volumes that no claim is bound to. */
export class ProtectionController implements Controller {
  readonly #context: ControllerContext;
  readonly #claims: ResourceDefinition;
  readonly #volumes: ResourceDefinition;
  readonly #pods: ResourceDefinition;
  readonly #claimQueue: WorkQueue;
  readonly #volumeQueue: WorkQueue;

  constructor(context: ControllerContext) {
    const { definitions, store } = context;
    this.#context = context;
    this.#claims = definitions.get('persistentvolumeclaims');
    this.#volumes = definitions.get('persistentvolumes');
    this.#pods = definitions.get('pods');
    this.#claimQueue = new WorkQueue({
      ...context,
      process: key => this.#releaseClaim(key),
    });
    this.#volumeQueue = new WorkQueue({
      ...context,
      process: key => this.#releaseVolume(key),
    });
    store.onCommit(({ type }, event) => this.#observe(type, event));
  }

  resync() {
    const { store } = this.#context;
    for (const { object, key } of store.collection(this.#claims).list()) {
      if (object.metadata.deletionTimestamp) this.#claimQueue.add(key);
    }
    for (const { object, key } of store.collection(this.#volumes).list()) {
      if (object.metadata.deletionTimestamp) this.#volumeQueue.add(key);
    }
  }

  close() {
    this.#claimQueue.close();
    this.#volumeQueue.close();
  }

  #observe(type: ResourceDefinition, { type: change, stored }: StoreEvent) {
    const { deletionTimestamp, namespace } = stored.object.metadata;
    if (type === this.#pods) {
      if (change === 'ADDED') return;
      for (const name of claimNames(stored.object)) {
        const claim = this.#context.store
          .collection(this.#claims)
          .get(`${namespace}/${name}`);
        if (claim?.object.metadata.deletionTimestamp) {
          this.#claimQueue.add(claim.key);
        }
      }
    }
    if (change === 'DELETED' || !deletionTimestamp) return;
    if (type === this.#claims) this.#claimQueue.add(stored.key);
    if (type === this.#volumes) this.#volumeQueue.add(stored.key);
  }

  #releaseClaim(key: string) {
    const claim = this.#context.store.collection(this.#claims).get(key)?.object;
    const { name = '', namespace } = claim?.metadata ?? {};
    const used = this.#context.store
      .collection(this.#pods)
      .list(namespace)
      .some(
        ({ object }) =>
          !isFinished(object) && claimNames(object).includes(name),
      );
    if (!used) this.#release(this.#claims, key, CLAIM_PROTECTION);
  }

  #releaseVolume(key: string) {
    const volume = this.#context.store.collection(this.#volumes).get(key);
    if (child(volume?.object, 'status', 'phase') !== 'Bound') {
      this.#release(this.#volumes, key, VOLUME_PROTECTION);
    }
  }

  #release(type: ResourceDefinition, key: string, finalizer: string) {
    const { store } = this.#context;
    const stored = store.collection(type).get(key);
    if (!stored?.object.metadata.deletionTimestamp) return;
    if (!stored.object.metadata.finalizers?.includes(finalizer)) return;
    const object = stored.clone();
    const left = (object.metadata.finalizers ?? []).filter(
      other => other !== finalizer,
    );
    if (left.length > 0) object.metadata.finalizers = left;
    else delete object.metadata.finalizers;
    store.put(type, object);
    if (!isHeld(type, object)) store.remove(type, key);
  }
}

function claimNames(pod: KubeObject): string[] {
  const volumes = pod.spec?.volumes;
  return Array.isArray(volumes)
    ? volumes.flatMap(volume => {
        const name = child(volume, 'persistentVolumeClaim', 'claimName');
        return typeof name === 'string' ? name : [];
      })
    : [];
}

function isFinished(pod: KubeObject): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}
