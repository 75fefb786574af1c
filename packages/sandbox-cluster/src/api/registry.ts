import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  AdmissionPlugin,
  AdmissionRequest,
  Subresource,
} from './admission/AdmissionRequest';
import type { Definitions } from './definitions';
import { recordUpdate } from './managedFields';
import { isHeld, removeObject, type DeleteOptions } from './deletion';
import type { User } from './rbac/User';
import type { ResourceDefinition } from './resources';
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notFound,
} from './statusErrors';
import { keyOf, type Store, type StoredObject } from './store';
import { claimStrategy } from './strategies/claims';
import { customResourceStrategy } from './strategies/customResources';
import { CORE_STRATEGIES, plainStrategy } from './strategies/otherCoreKinds';
import type { Strategy } from './strategies/Strategy';
import {
  timestamp,
  type Clock,
  type KubeObject,
  type ManagedFieldsEntry,
} from './types';
import {
  metadataWarnings,
  validateMetadata,
  validateMetadataUpdate,
} from './validation/metadata';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_GENERATED_BASE = 58;
import { partOf } from './subresources';

export interface WriteOptions {
  dryRun: boolean;
  user: User;
  fieldManager?: string;
  /** A deletion by a request for a whole collection. */
  isCollection?: boolean;
  /** Texts for `Warning` headers are added here. */
  warnings: string[];
}

export interface CreateOptions extends WriteOptions {
  /** Of an apply that creates. */
  managedFields?: ManagedFieldsEntry[];
}

export interface UpdateOptions extends WriteOptions {
  subresource?: Subresource;
  /** A PUT: its uid is a precondition, where a patch of it is refused as immutable. */
  replaces?: boolean;
  /** An apply keeps its own book of fields. */
  isApply?: boolean;
}

/** Writes objects with the rules of their resource: what `registry.Store` is in kube-apiserver 1.36. */
export class Registry {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly #plugins: AdmissionPlugin[];
  readonly #custom = new Map<ResourceDefinition, Strategy>();

  constructor(options: {
    store: Store;
    definitions: Definitions;
    clock: Clock;
    plugins: AdmissionPlugin[];
  }) {
    this.store = options.store;
    this.definitions = options.definitions;
    this.clock = options.clock;
    this.#plugins = options.plugins;
  }

  get(type: ResourceDefinition, key: string): StoredObject {
    const stored = this.store.collection(type).get(key);
    if (!stored) throw notFound(type, nameOf(key));
    return stored;
  }

  create(
    type: ResourceDefinition,
    namespace: string | undefined,
    object: KubeObject,
    options: CreateOptions,
  ): KubeObject {
    const { metadata } = object;
    if (metadata.namespace && metadata.namespace !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    if (metadata.resourceVersion && !options.dryRun) {
      throw new ApiError({
        code: 500,
        message: 'resourceVersion should not be set on objects to be created',
      });
    }
    this.#prepareMetadata(object, namespace);
    if (options.managedFields) metadata.managedFields = options.managedFields;
    const request = this.#request('CREATE', type, object, options);
    for (const plugin of this.#plugins) plugin.mutate?.(request);
    const strategy = this.#strategy(type);
    const context = { clock: this.clock, warnings: options.warnings };
    strategy.prepareCreate?.(object, context);
    const errors = [
      ...validateMetadata(metadata, strategy.nameErrors),
      ...(strategy.validateCreate?.(object, context) ?? []),
    ];
    if (errors.length > 0) throw invalid(subjectOf(type, object), errors);
    options.warnings.push(...metadataWarnings(metadata));
    for (const plugin of this.#plugins) plugin.validate?.(request);
    const name = metadata.name ?? '';
    if (this.store.collection(type).get(keyOf(type, object))) {
      throw alreadyExists(type, name);
    }
    if (options.dryRun) return object;
    this.store.put(type, object);
    for (const task of request.afterCommit) task();
    return object;
  }

  /**
   * Changes an object. `change` gets a copy of it and returns what it shall
   * be; what a change may not touch is put back or refused.
   */
  update(
    type: ResourceDefinition,
    key: string,
    change: (current: KubeObject) => KubeObject,
    options: UpdateOptions,
  ): KubeObject {
    const stored = this.get(type, key);
    const previous = stored.object;
    const object = change(stored.clone());
    this.#checkPreconditions(type, object, previous, options);
    this.#restoreMetadata(object, previous);
    const strategy = this.#strategy(type);
    const context = { clock: this.clock, warnings: options.warnings };
    const request = this.#request('UPDATE', type, object, options);
    request.previous = previous;
    request.subresource = options.subresource;
    for (const plugin of this.#plugins) plugin.mutate?.(request);
    let next = object;
    if (options.subresource) {
      next = partOf(options.subresource, type, object, previous);
      request.object = next;
    } else strategy.prepareUpdate?.(next, previous, context);
    const metadataErrors = [
      ...validateMetadata(next.metadata, strategy.nameErrors),
      ...validateMetadataUpdate(next.metadata, previous.metadata),
    ];
    // Kubernetes finds what is wrong with metadata twice on updates, and says so in the causes.
    const errors = [
      ...metadataErrors,
      ...metadataErrors,
      ...(options.subresource && !type.custom
        ? []
        : strategy.validateUpdate?.(next, previous, context) ?? []),
    ];
    if (errors.length > 0) throw invalid(subjectOf(type, next), errors);
    for (const plugin of this.#plugins) plugin.validate?.(request);
    if (!options.isApply) recordUpdate(next, previous, options, this.clock);
    if (options.dryRun) return next;
    if (isDeepStrictEqual(withoutRevision(next), withoutRevision(previous))) {
      return previous;
    }
    if (next.metadata.deletionTimestamp && !isHeld(type, next)) {
      this.store.put(type, next);
      this.store.remove(type, key);
    } else this.store.put(type, next);
    for (const task of request.afterCommit) task();
    return next;
  }

  /** The object as it was last, or as it is while finalizers hold it; `removed` tells which. */
  delete(
    type: ResourceDefinition,
    key: string,
    deletion: DeleteOptions,
    options: WriteOptions,
  ): { object: KubeObject; removed: boolean } {
    const stored = this.get(type, key);
    const request = this.#request('DELETE', type, stored.object, options);
    for (const plugin of this.#plugins) plugin.validate?.(request);
    const result = removeObject({
      store: this.store,
      clock: this.clock,
      type,
      stored,
      deletion,
      dryRun: options.dryRun,
    });
    if (!options.dryRun) for (const task of request.afterCommit) task();
    return result;
  }

  #request(
    operation: AdmissionRequest['operation'],
    type: ResourceDefinition,
    object: KubeObject,
    options: WriteOptions,
  ): AdmissionRequest {
    return {
      operation,
      type,
      namespace: object.metadata.namespace,
      name: object.metadata.name ?? '',
      object,
      user: options.user,
      isCollection: options.isCollection === true,
      isDryRun: options.dryRun,
      warnings: options.warnings,
      afterCommit: [],
    };
  }

  #strategy(type: ResourceDefinition): Strategy {
    if (!type.custom) {
      return type.kind === 'PersistentVolumeClaim'
        ? claimStrategy
        : CORE_STRATEGIES[type.kind] ?? plainStrategy;
    }
    let strategy = this.#custom.get(type);
    if (!strategy) {
      strategy = customResourceStrategy(type, () =>
        this.definitions.validator(type),
      );
      this.#custom.set(type, strategy);
    }
    return strategy;
  }

  #prepareMetadata(object: KubeObject, namespace?: string) {
    const { metadata } = object;
    if (!metadata.name && metadata.generateName) {
      metadata.name = generateName(metadata.generateName);
    }
    if (namespace) metadata.namespace = namespace;
    else delete metadata.namespace;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = timestamp(this.clock);
    delete metadata.generation;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.managedFields;
    dropEmpty(object);
  }

  #checkPreconditions(
    type: ResourceDefinition,
    object: KubeObject,
    previous: KubeObject,
    options: UpdateOptions,
  ) {
    const name = previous.metadata.name ?? '';
    const { metadata } = object;
    if (
      options.replaces &&
      metadata.uid &&
      metadata.uid !== previous.metadata.uid
    ) {
      const path = [type.plural, previous.metadata.namespace, name]
        .filter(Boolean)
        .join('/');
      throw conflict(
        type,
        name,
        `StorageError: invalid object, Code: 4, Key: /${path}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${previous.metadata.uid}`,
      );
    }
    if (!metadata.resourceVersion) {
      if (!this.#strategy(type).allowUnconditionalUpdate && options.replaces) {
        throw invalid({ kind: type.plural, group: type.group, name }, [
          invalidValue(
            'metadata.resourceVersion',
            0,
            'must be specified for an update',
          ),
        ]);
      }
    } else if (metadata.resourceVersion !== previous.metadata.resourceVersion) {
      throw conflict(type, name);
    }
  }

  /** What the server alone decides, and what a client need not repeat. */
  #restoreMetadata(object: KubeObject, previous: KubeObject) {
    const { metadata } = object;
    const before = previous.metadata;
    metadata.name ??= before.name;
    metadata.uid ??= before.uid;
    metadata.creationTimestamp = before.creationTimestamp;
    if (before.generation === undefined) delete metadata.generation;
    else metadata.generation = before.generation;
    metadata.resourceVersion = before.resourceVersion;
    if (before.namespace) metadata.namespace ??= before.namespace;
    if (metadata.deletionTimestamp === undefined && before.deletionTimestamp) {
      metadata.deletionTimestamp = before.deletionTimestamp;
    }
    if (before.deletionGracePeriodSeconds === undefined) {
      delete metadata.deletionGracePeriodSeconds;
    } else {
      metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
    }
    if (!metadata.managedFields) {
      if (before.managedFields) metadata.managedFields = before.managedFields;
    }
    dropEmpty(object);
  }
}

function subjectOf(type: ResourceDefinition, object: KubeObject) {
  return {
    kind: type.kind,
    group: type.group,
    name: object.metadata.name ?? '',
  };
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

function withoutRevision(object: KubeObject) {
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: undefined },
  };
}

/** Empty maps and lists of metadata are not written, as Go omits them. */
function dropEmpty({ metadata }: KubeObject) {
  if (metadata.labels && Object.keys(metadata.labels).length === 0) {
    delete metadata.labels;
  }
  if (metadata.annotations && Object.keys(metadata.annotations).length === 0) {
    delete metadata.annotations;
  }
  if (metadata.finalizers?.length === 0) delete metadata.finalizers;
  if (metadata.ownerReferences?.length === 0) delete metadata.ownerReferences;
}

function generateName(base: string): string {
  const suffix = [...randomBytes(5)]
    .map(byte => SUFFIX_LETTERS[byte % SUFFIX_LETTERS.length])
    .join('');
  return `${base.slice(0, MAX_GENERATED_BASE)}${suffix}`;
}
