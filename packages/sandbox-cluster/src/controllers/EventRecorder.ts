import { randomUUID } from 'node:crypto';
import { KubeError, type KubeClient } from './kube/KubeClient';
import { RESOURCES, type Kube, type Resource } from './kube/types';

interface EventObject extends Kube {
  count?: number;
  [field: string]: unknown;
}

/** Writes Events; the same words about the same object again raise its count, as client-go does. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #now: () => Date;
  readonly #known = new Map<string, EventObject>();

  constructor(client: KubeClient, now: () => Date) {
    this.#client = client;
    this.#now = now;
  }

  async record(
    resource: Resource,
    target: Kube,
    event: {
      type: 'Normal' | 'Warning';
      reason: string;
      message: string;
      component: string;
    },
  ): Promise<void> {
    const time = this.#now()
      .toISOString()
      .replace(/\.\d{3}Z$/, 'Z');
    const id = [target.metadata.uid, event.reason, event.message].join('|');
    const known = this.#known.get(id);
    try {
      if (known) {
        const count = (known.count ?? 1) + 1;
        this.#known.set(
          id,
          await this.#client.patch(RESOURCES.events, known, {
            count,
            lastTimestamp: time,
          }),
        );
        return;
      }
      this.#known.set(id, await this.#create(resource, target, event, time));
    } catch (error) {
      // An Event is a remark: what it is about goes on without it.
      if (!(error instanceof KubeError)) throw error;
      this.#known.delete(id);
    }
  }

  #create(
    resource: Resource,
    target: Kube,
    event: { type: string; reason: string; message: string; component: string },
    time: string,
  ): Promise<EventObject> {
    const { name, namespace = 'default', uid } = target.metadata;
    return this.#client.create<EventObject>(RESOURCES.events, {
      metadata: {
        name: `${name.slice(0, 200)}.${randomUUID()
          .replace(/-/g, '')
          .slice(0, 16)}`,
        namespace,
      },
      involvedObject: {
        apiVersion: resource.apiVersion,
        kind: resource.kind,
        name,
        namespace,
        uid,
      },
      type: event.type,
      reason: event.reason,
      message: event.message.slice(0, 1024),
      source: { component: event.component },
      reportingComponent: event.component,
      reportingInstance: '',
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    });
  }
}
