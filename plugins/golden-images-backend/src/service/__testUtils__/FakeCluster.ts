import type {
  ClusterClient,
  KubernetesObject,
  ObjectRef,
  ResourceType,
} from '../../kubernetes/ClusterClient';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';

type Call = 'get' | 'list' | 'create' | 'patch' | 'delete';

/** One cluster in memory, as far as the services notice. */
export class FakeCluster implements ClusterClient {
  readonly clusterName = 'dev';
  readonly writes: string[] = [];
  /** Deletions that were only tried. */
  readonly dryRuns: string[] = [];
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #refusals: {
    call: Call;
    resource: string;
    error: KubernetesApiError;
    carriedOut: boolean;
  }[] = [];
  #uids = 0;
  /** What the API server makes of an object before it stores it. */
  admit: (object: KubernetesObject) => KubernetesObject = object => object;
  /** Runs before each create, such as to let somebody else be faster. */
  beforeCreate: () => Promise<void> | void = () => {};

  /** Makes the next such call fail; with `carriedOut` only its answer is lost. */
  refuseNext(
    call: Call,
    resource: string,
    error: ConstructorParameters<typeof KubernetesApiError>[0],
    options?: { carriedOut?: boolean },
  ): void {
    this.#refusals.push({
      call,
      resource,
      error: new KubernetesApiError(error),
      carriedOut: options?.carriedOut ?? false,
    });
  }

  /** Puts an object there without a trace of a write. */
  put<T extends KubernetesObject>(type: ResourceType, object: T): T {
    this.#uids += 1;
    const stored = structuredClone({
      ...object,
      metadata: {
        uid: `uid-${this.#uids}`,
        resourceVersion: `${this.#uids}`,
        ...object.metadata,
      },
    });
    this.#objects.set(key({ type, ...stored.metadata }), stored);
    return stored;
  }

  peek<T extends KubernetesObject>(ref: ObjectRef): T | undefined {
    return this.#objects.get(key(ref)) as T | undefined;
  }

  remove(ref: ObjectRef): void {
    this.#objects.delete(key(ref));
  }

  count(resource: string): number {
    return Array.from(this.#objects.keys()).filter(k =>
      k.startsWith(`${resource}/`),
    ).length;
  }

  async get<T extends KubernetesObject>(ref: ObjectRef) {
    this.#refuse('get', ref.type);
    const found = this.#objects.get(key(ref));
    return found && (structuredClone(found) as T);
  }

  async list<T extends KubernetesObject>(
    type: ResourceType,
    options: { namespace?: string; labelSelector?: string } = {},
  ) {
    this.#refuse('list', type);
    const [label, value] = options.labelSelector?.split('=') ?? [];
    return Array.from(this.#objects.entries())
      .filter(([k]) => k.startsWith(`${type.resource}/`))
      .map(([, object]) => structuredClone(object) as T)
      .filter(
        ({ metadata }) =>
          (!options.namespace || metadata.namespace === options.namespace) &&
          (label === undefined || metadata.labels?.[label] === value),
      );
  }

  /** Rights that the account lacks, such as `create datavolumes team-a`. */
  readonly lacking = new Set<string>();

  async mayI(verb: string, type: ResourceType, namespace?: string) {
    const right = [verb, type.resource, namespace].filter(Boolean).join(' ');
    // Whoever lacks it in one namespace does not have it in all.
    return namespace === undefined
      ? ![...this.lacking].some(lack => lack.startsWith(right))
      : !this.lacking.has(right);
  }

  async create<T extends KubernetesObject>(
    type: ResourceType,
    body: T,
    options: { dryRun?: boolean } = {},
  ) {
    await this.beforeCreate();
    this.#refuse('create', type, false);
    const ref = { type, ...body.metadata };
    if (this.#objects.has(key(ref))) {
      throw new KubernetesApiError({
        status: 409,
        reason: 'AlreadyExists',
        message: `${type.resource} "${body.metadata.name}" already exists`,
      });
    }
    this.writes.push(`create ${key(ref)}${options.dryRun ? ' (dry run)' : ''}`);
    const object = this.admit(structuredClone(body)) as T;
    if (options.dryRun) return { object, warnings: [] };
    const stored = this.put(type, object);
    this.#refuse('create', type, true);
    return { object: structuredClone(stored), warnings: [] };
  }

  async patch<T extends KubernetesObject>(
    ref: ObjectRef,
    mergePatch: object,
    precondition: { uid: string; resourceVersion?: string },
  ) {
    this.#refuse('patch', ref.type);
    const found = this.#objects.get(key(ref));
    if (!found) throw new KubernetesApiError({ status: 404, message: 'gone' });
    if (found.metadata.uid !== precondition.uid) {
      throw new KubernetesApiError({ status: 409, message: 'other uid' });
    }
    const { resourceVersion = found.metadata.resourceVersion } = precondition;
    if (found.metadata.resourceVersion !== resourceVersion) {
      throw new KubernetesApiError({ status: 409, message: 'stale' });
    }
    const patched = merge(found, mergePatch) as T;
    this.#uids += 1;
    patched.metadata.resourceVersion = `${this.#uids}`;
    this.#objects.set(key(ref), patched);
    this.writes.push(`patch ${key(ref)}`);
    return structuredClone(patched);
  }

  async delete(
    ref: ObjectRef,
    precondition: { uid: string; resourceVersion?: string },
    { dryRun = false }: { dryRun?: boolean } = {},
  ) {
    this.#refuse('delete', ref.type);
    const found = this.#objects.get(key(ref));
    if (found?.metadata.uid !== precondition.uid) return false;
    if (dryRun) {
      this.dryRuns.push(`delete ${key(ref)}`);
      return true;
    }
    const { resourceVersion = found.metadata.resourceVersion } = precondition;
    if (found.metadata.resourceVersion !== resourceVersion) {
      throw new KubernetesApiError({ status: 409, message: 'stale' });
    }
    this.writes.push(`delete ${key(ref)}`);
    this.#objects.delete(key(ref));
    for (const [k, object] of Array.from(this.#objects)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (owners.some(owner => owner.uid === precondition.uid)) {
        this.#objects.delete(k);
      }
    }
    return true;
  }

  #refuse(call: Call, type: ResourceType, carriedOut = false): void {
    const index = this.#refusals.findIndex(
      refusal =>
        refusal.call === call &&
        refusal.resource === type.resource &&
        refusal.carriedOut === carriedOut,
    );
    if (index >= 0) throw this.#refusals.splice(index, 1)[0].error;
  }
}

/** JSON merge patch (RFC 7386). */
function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = isRecord(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = merge(result[field], value);
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function key(ref: ObjectRef): string {
  return [ref.type.resource, ref.namespace, ref.name]
    .filter(part => part !== undefined)
    .join('/');
}
