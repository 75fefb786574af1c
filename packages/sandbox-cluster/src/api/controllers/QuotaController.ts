import { isDeepStrictEqual } from 'node:util';
import { usageOf, type Usage } from '../admission/resourceQuota';
import { Quantity } from '../quantity';
import type { ResourceDefinition } from '../resources';
import type { StoreEvent } from '../watchCache';
import { isObject, type Json } from '../types';
import type { Controller, ControllerContext } from './Controller';
import { WorkQueue } from './WorkQueue';

/** Keeps the status of ResourceQuotas: what admission booked is counted again when something goes or changes. */
export class QuotaController implements Controller {
  readonly #context: ControllerContext;
  readonly #quotas: ResourceDefinition;
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#quotas = context.definitions.get('resourcequotas');
    this.#queue = new WorkQueue({
      ...context,
      process: namespace => this.#recount(namespace),
    });
    context.store.onCommit(({ type }, event) => this.#observe(type, event));
  }

  resync() {
    const { store } = this.#context;
    for (const { object } of store.collection(this.#quotas).list()) {
      this.#queue.add(object.metadata.namespace ?? '');
    }
  }

  close() {
    this.#queue.close();
  }

  #observe(type: ResourceDefinition, event: StoreEvent) {
    const { namespace } = event.stored.object.metadata;
    if (!namespace) return;
    if (type === this.#quotas) {
      const isNew = !isDeepStrictEqual(
        event.stored.object.spec,
        event.previous?.object.spec,
      );
      // At once, so that no write slips through between a quota and its status.
      if (event.type !== 'DELETED' && isNew) this.#recount(namespace);
      return;
    }
    // Creations are booked by admission.
    if (event.type === 'ADDED') return;
    if (this.#context.store.collection(this.#quotas).size === 0) return;
    const changed =
      event.type === 'DELETED' ||
      !isDeepStrictEqual(event.stored.object.spec, event.previous?.object.spec);
    if (changed) this.#queue.add(namespace);
  }

  #recount(namespace: string) {
    const { store } = this.#context;
    const quotas = store.collection(this.#quotas).list(namespace);
    if (quotas.length === 0) return;
    const total = this.#usageOf(namespace);
    for (const { key } of quotas) {
      const stored = store.collection(this.#quotas).get(key);
      const hard = stored?.object.spec?.hard;
      if (!stored || !isObject(hard)) continue;
      const used: Json = {};
      for (const name of Object.keys(hard).sort()) {
        used[name] = (total.get(name) ?? Quantity.zero()).toString();
      }
      const status = { hard, used };
      if (isDeepStrictEqual(stored.object.status, status)) continue;
      store.put(this.#quotas, { ...stored.clone(), status });
    }
  }

  #usageOf(namespace: string): Usage {
    const total: Usage = new Map();
    for (const collection of this.#context.store.collections()) {
      if (!collection.type.namespaced) continue;
      for (const { object } of collection.list(namespace)) {
        for (const [name, amount] of usageOf(collection.type, object)) {
          total.set(name, (total.get(name) ?? Quantity.zero()).plus(amount));
        }
      }
    }
    return total;
  }
}
