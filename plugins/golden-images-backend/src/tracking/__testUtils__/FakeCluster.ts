import { randomUUID } from 'node:crypto';
import {
  KubernetesApiError,
  type KubernetesObject,
  type ListPage,
  type ListScope,
  type ObjectRef,
  type ResourceType,
  type WatchEvent,
} from '../../kubernetes';
import type { TrackedClient } from '../DefaultTracking';
import {
  idOf,
  isLabelled,
  merge,
  within,
  type Change,
  type Entry,
} from './fakeObjects';

/**
 * A cluster in memory that keeps Kubernetes' promises about versions, watches
 * and preconditions. Nothing moves in it by itself: the test plays CDI and Longhorn.
 */
export class FakeCluster implements TrackedClient {
  readonly clusterName: string;
  /** Every write of a client, as `create datasources debian`. */
  readonly writes: string[] = [];
  /** What the account of the client may do nowhere. */
  readonly deniedVerbs = new Set<string>();
  /** What a policy says to a deletion that is only tried. */
  refuseDeletion: (ref: ObjectRef) => KubernetesApiError | undefined = () =>
    undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #changes: Change[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #absent = new Set<ResourceType>();
  readonly #silent = new Set<ResourceType>();
  readonly #forbidden = new Set<string>();
  #allowedIn?: Set<string>;
  #version = 0;
  #forgottenBefore = 0;
  #down = false;
  #hung?: { promise: Promise<void>; resolve: () => void };
  #beforeWrite?: (write: string) => void;
  #dryRunRefusal?: KubernetesApiError;

  constructor(clusterName = 'c1') {
    this.clusterName = clusterName;
  }

  /** As a controller of the cluster: makes or replaces the object. */
  put(
    type: ResourceType,
    object: Partial<KubernetesObject> & Pick<KubernetesObject, 'metadata'>,
  ): KubernetesObject {
    const id = idOf(type, object.metadata.namespace, object.metadata.name);
    const before = this.#entries.get(id)?.object;
    const uid = object.metadata.uid ?? before?.metadata.uid ?? randomUUID();
    const whole = {
      apiVersion: 'v1',
      kind: type.resource,
      ...structuredClone(object),
      metadata: {
        creationTimestamp: '2026-11-23T00:00:00Z',
        ...structuredClone(object.metadata),
        uid,
        resourceVersion: String(++this.#version),
      },
    };
    this.#entries.set(id, { type, object: whole });
    this.#tell({
      version: this.#version,
      type,
      event: before ? 'MODIFIED' : 'ADDED',
      object: whole,
    });
    return whole;
  }

  /** As a controller: changes some fields of an object that is there. */
  change(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: object,
  ): KubernetesObject {
    const entry = this.#entries.get(idOf(type, namespace, name));
    if (!entry) throw new Error(`There is no ${type.resource} ${name}`);
    return this.put(type, merge(entry.object, patch) as KubernetesObject);
  }

  remove(type: ResourceType, namespace: string | undefined, name: string) {
    const id = idOf(type, namespace, name);
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    const object = merge(entry.object, {
      metadata: { resourceVersion: String(++this.#version) },
    }) as KubernetesObject;
    this.#tell({ version: this.#version, type, event: 'DELETED', object });
  }

  /** The resource does not exist here. */
  lacks(type: ResourceType) {
    this.#absent.add(type);
  }

  /** Ends every watch; while it is down nothing answers. */
  goDown() {
    this.#down = true;
    this.#wake();
  }

  comeBack() {
    this.#down = false;
  }

  /** Lists and watches of this resource alone fail from now on. */
  silence(type: ResourceType) {
    this.#silent.add(type);
    this.#wake();
  }

  hearAgain(type: ResourceType) {
    this.#silent.delete(type);
  }

  /** Requests are taken and not answered; what is open stays open. */
  hang() {
    let resolve = () => {};
    const promise = new Promise<void>(done => {
      resolve = done;
    });
    this.#hung = { promise, resolve };
  }

  goOn() {
    this.#hung?.resolve();
    this.#hung = undefined;
  }

  /** From now on the account may neither list nor watch this, in one namespace or at all. */
  forbid(type: ResourceType, namespace?: string) {
    this.#forbidden.add(idOf(type, namespace, '*'));
    this.#wake();
  }

  permit(type: ResourceType, namespace?: string) {
    this.#forbidden.delete(idOf(type, namespace, '*'));
  }

  /** The account has Roles in these namespaces and nothing else. */
  allowOnlyIn(namespaces: string[]) {
    this.#allowedIn = new Set(namespaces);
    this.#wake();
  }

  /** Watches from before now end with 410, as after a compaction. */
  forgetHistory() {
    this.#forgottenBefore = this.#version;
    this.#wake();
  }

  /** Throws where the test wants a write to fail or the process to die. */
  beforeWrite(hook: ((write: string) => void) | undefined) {
    this.#beforeWrite = hook;
  }

  async get<T extends KubernetesObject>(ref: ObjectRef) {
    this.#reach();
    const entry = this.#entries.get(idOf(ref.type, ref.namespace, ref.name));
    return entry && (structuredClone(entry.object) as T);
  }

  async list<T extends KubernetesObject>(
    type: ResourceType,
    options: { namespace?: string; labelSelector?: string } = {},
  ): Promise<T[]> {
    const { items } = await this.listPage(type, options);
    return items.filter(item => isLabelled(item, options)) as T[];
  }

  refuseDryRuns(error: KubernetesApiError) {
    this.#dryRunRefusal = error;
  }

  async create<T extends KubernetesObject>(
    type: ResourceType,
    body: T,
    options: { dryRun?: boolean } = {},
  ) {
    const { namespace, name } = body.metadata;
    if (options.dryRun) {
      this.#reach();
      if (this.#dryRunRefusal) throw this.#dryRunRefusal;
      return { object: body, warnings: [] };
    }
    this.#write(`create ${type.resource} ${name}`);
    if (this.#entries.has(idOf(type, namespace, name))) {
      throw new KubernetesApiError({ status: 409, message: 'already exists' });
    }
    return { object: this.put(type, body) as T, warnings: [] };
  }

  async patch<T extends KubernetesObject>(
    ref: ObjectRef,
    mergePatch: object,
    precondition: { uid: string; resourceVersion?: string },
  ): Promise<T> {
    this.#write(`patch ${ref.type.resource} ${ref.name}`);
    this.#check(ref, precondition);
    return this.change(ref.type, ref.namespace, ref.name, mergePatch) as T;
  }

  async delete(
    ref: ObjectRef,
    precondition: { uid: string; resourceVersion?: string },
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<boolean> {
    if (dryRun) {
      this.#reach();
      const refusal = this.refuseDeletion(ref);
      if (refusal) throw refusal;
      return this.#entries.has(idOf(ref.type, ref.namespace, ref.name));
    }
    this.#write(`delete ${ref.type.resource} ${ref.name}`);
    if (!this.#entries.has(idOf(ref.type, ref.namespace, ref.name))) {
      return false;
    }
    this.#check(ref, precondition);
    this.remove(ref.type, ref.namespace, ref.name);
    return true;
  }

  async listPage(
    type: ResourceType,
    scope: ListScope,
    options: { signal?: AbortSignal } = {},
  ): Promise<ListPage> {
    this.#hear(type);
    if (this.#hung) {
      const { signal } = options;
      await Promise.race([
        this.#hung.promise,
        new Promise((_, reject) => {
          const give = () =>
            reject(new KubernetesApiError({ status: 0, message: 'aborted' }));
          signal?.addEventListener('abort', give);
          if (signal?.aborted) give();
        }),
      ]);
    }
    this.#exists(type);
    this.#allow(type, scope.namespace);
    return {
      items: [...this.#entries.values()]
        .filter(entry => entry.type === type && within(scope, entry.object))
        .map(entry => structuredClone(entry.object)),
      resourceVersion: String(this.#version),
    };
  }

  async *watch(
    type: ResourceType,
    scope: ListScope,
    options: {
      resourceVersion: string;
      signal?: AbortSignal;
      onOpen?: () => void;
    },
  ): AsyncGenerator<WatchEvent> {
    this.#hear(type);
    this.#exists(type);
    this.#allow(type, scope.namespace);
    options.onOpen?.();
    let from = Number(options.resourceVersion);
    while (!options.signal?.aborted) {
      this.#hear(type);
      this.#allow(type, scope.namespace);
      if (from < this.#forgottenBefore) {
        throw new KubernetesApiError({ status: 410, message: 'too old' });
      }
      const changes = this.#changesSince(from);
      from = this.#version;
      for (const change of changes) {
        if (change.type === type && within(scope, change.object)) {
          yield { type: change.event, object: structuredClone(change.object) };
        }
      }
      if (changes.length === 0) await this.#next(options.signal);
    }
  }

  async mayI(
    verb: string,
    type: ResourceType,
    namespace?: string,
  ): Promise<boolean> {
    this.#reach();
    return !this.deniedVerbs.has(verb) && !this.#isForbidden(type, namespace);
  }

  close() {}

  #changesSince(version: number): Change[] {
    return this.#changes.filter(change => change.version > version);
  }

  #next(signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#watchers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#watchers.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #tell(change: Change) {
    this.#changes.push(change);
    this.#wake();
  }

  #wake() {
    for (const wake of [...this.#watchers]) wake();
  }

  #reach() {
    if (this.#down) {
      throw new KubernetesApiError({ status: 0, message: 'ECONNREFUSED' });
    }
  }

  #hear(type: ResourceType) {
    this.#reach();
    if (this.#silent.has(type)) {
      throw new KubernetesApiError({ status: 0, message: 'ECONNRESET' });
    }
  }

  #allow(type: ResourceType, namespace?: string) {
    if (this.#isForbidden(type, namespace)) {
      throw new KubernetesApiError({
        status: 403,
        reason: 'Forbidden',
        message: `${
          type.resource
        } is forbidden: User "tracker" cannot list resource "${type.resource}"${
          namespace ? ` in the namespace "${namespace}"` : ''
        }`,
      });
    }
  }

  #isForbidden(type: ResourceType, namespace?: string): boolean {
    if (this.#allowedIn && !this.#allowedIn.has(namespace ?? '')) return true;
    return [namespace, undefined].some(each =>
      this.#forbidden.has(idOf(type, each, '*')),
    );
  }

  #exists(type: ResourceType) {
    if (this.#absent.has(type)) {
      throw new KubernetesApiError({
        status: 404,
        message: 'no such resource',
      });
    }
  }

  #write(what: string) {
    this.#reach();
    this.#beforeWrite?.(what);
    this.writes.push(what);
  }

  #check(
    ref: ObjectRef,
    precondition: { uid: string; resourceVersion?: string },
  ) {
    const entry = this.#entries.get(idOf(ref.type, ref.namespace, ref.name));
    if (!entry) {
      throw new KubernetesApiError({ status: 404, message: 'not found' });
    }
    const { uid, resourceVersion } = entry.object.metadata;
    const stale =
      precondition.resourceVersion !== undefined &&
      precondition.resourceVersion !== resourceVersion;
    if (uid !== precondition.uid || stale) {
      throw new KubernetesApiError({ status: 409, message: 'has changed' });
    }
  }
}
