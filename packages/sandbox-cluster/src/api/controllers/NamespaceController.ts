import { removeObject } from '../deletion';
import type { ResourceDefinition } from '../resources';
import type { StoreEvent } from '../watchCache';
import { timestamp } from '../types';
import type { Controller, ControllerContext } from './Controller';
import { WorkQueue } from './WorkQueue';

const USER = 'system:serviceaccount:kube-system:namespace-controller';
const REFUSED = 'an admission policy';

/** Deletes what is in a namespace that is being deleted, and then the namespace. */
export class NamespaceController implements Controller {
  readonly #context: ControllerContext;
  readonly #namespaces: ResourceDefinition;
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#namespaces = context.definitions.get('namespaces');
    this.#queue = new WorkQueue({
      ...context,
      process: name => this.#process(name),
    });
    context.store.onCommit(({ type }, event) => this.#observe(type, event));
  }

  resync() {
    const { store } = this.#context;
    for (const { object } of store.collection(this.#namespaces).list()) {
      if (object.metadata.deletionTimestamp) {
        this.#queue.add(object.metadata.name ?? '');
      }
    }
  }

  close() {
    this.#queue.close();
  }

  #observe(type: ResourceDefinition, { type: change, stored }: StoreEvent) {
    const { name = '', namespace, deletionTimestamp } = stored.object.metadata;
    if (type === this.#namespaces) {
      if (deletionTimestamp && change !== 'DELETED') this.#queue.add(name);
      return;
    }
    if (change !== 'DELETED' || !namespace) return;
    const home = this.#context.store
      .collection(this.#namespaces)
      .get(namespace);
    if (home?.object.metadata.deletionTimestamp) this.#queue.add(namespace);
  }

  #process(name: string) {
    const { store, clock } = this.#context;
    const stored = store.collection(this.#namespaces).get(name);
    if (!stored?.object.metadata.deletionTimestamp) return;
    const left = new Map<string, number>();
    for (const { type } of store.collections()) {
      if (!type.namespaced) continue;
      const collection = store.collection(type);
      for (const content of collection.list(name)) {
        if (!content.object.metadata.deletionTimestamp) {
          if (this.#context.mayDelete?.(type, content.object, USER) === false) {
            left.set(REFUSED, (left.get(REFUSED) ?? 0) + 1);
            continue;
          }
          removeObject({
            store,
            clock,
            type,
            stored: content,
            deletion: { propagationPolicy: 'Background' },
            dryRun: false,
          });
        }
        for (const finalizer of collection.get(content.key)?.object.metadata
          .finalizers ?? []) {
          left.set(finalizer, (left.get(finalizer) ?? 0) + 1);
        }
      }
    }
    const namespace = stored.clone();
    if (left.size === 0) {
      namespace.spec = { ...namespace.spec, finalizers: [] };
      store.put(this.#namespaces, namespace);
      store.remove(this.#namespaces, name);
      return;
    }
    const message = `Some content in the namespace has finalizers remaining: ${[
      ...left,
    ]
      .map(
        ([finalizer, count]) => `${finalizer} in ${count} resource instances`,
      )
      .join(', ')}`;
    const before = stored.object.status?.conditions;
    if (JSON.stringify(before ?? '').includes(JSON.stringify(message))) return;
    namespace.status = {
      ...namespace.status,
      conditions: [
        {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          lastTransitionTime: timestamp(clock),
          reason: 'SomeFinalizersRemain',
          message,
        },
      ],
    };
    store.put(this.#namespaces, namespace);
  }
}
