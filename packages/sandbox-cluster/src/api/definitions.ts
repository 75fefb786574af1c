import { CORE_RESOURCES } from './coreResources';
import { EVENTS_V1 } from './eventsV1';
import {
  ALL_VERBS,
  resourceKey,
  type PrinterColumn,
  type ResourceDefinition,
} from './resources';
import { SchemaValidator } from './schema/SchemaValidator';
import { isObject, type Json, type KubeObject } from './types';

/** Which resources there are: the built-in ones, and those of CustomResourceDefinitions. */
export class Definitions {
  readonly #byPath = new Map<string, ResourceDefinition>();
  readonly #byKind = new Map<string, ResourceDefinition>();
  readonly #storage = new Map<string, ResourceDefinition>();
  readonly #validators = new Map<ResourceDefinition, SchemaValidator>();

  constructor() {
    for (const type of [...CORE_RESOURCES, EVENTS_V1]) this.#add({ ...type });
  }

  /** By the parts of a request's path. */
  find(group: string, version: string, plural: string) {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** Under which definition objects of a resource are stored. */
  get(key: string): ResourceDefinition {
    const type = this.#storage.get(key);
    if (!type) throw new Error(`There is no resource ${key}`);
    return type;
  }

  /** By `apiVersion` and `kind`, as in an ownerReference; versions of one group are one resource. */
  findKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    return this.#byKind.get(`${group}/${kind}`);
  }

  all(): ResourceDefinition[] {
    return [...this.#byPath.values()];
  }

  validator(type: ResourceDefinition): SchemaValidator {
    let validator = this.#validators.get(type);
    if (!validator) {
      validator = new SchemaValidator(type.custom?.schema ?? {});
      this.#validators.set(type, validator);
    }
    return validator;
  }

  /** Serves the stored version of a CustomResourceDefinition from here on. */
  addCustom(definition: KubeObject) {
    for (const type of definitionsOf(definition)) this.#add(type);
  }

  removeCustom(definition: KubeObject) {
    for (const { group, version, plural, kind } of definitionsOf(definition)) {
      this.#byPath.delete(`${group}/${version}/${plural}`);
      this.#byKind.delete(`${group}/${kind}`);
      this.#storage.delete(resourceKey(group, plural));
    }
  }

  #add(definition: ResourceDefinition) {
    const path = `${definition.group}/${definition.version}/${definition.plural}`;
    const known = this.#byPath.get(path);
    // A definition that changes stays the same object: stores and admission hold it.
    const type = known ? Object.assign(known, definition) : definition;
    this.#validators.delete(type);
    this.#byPath.set(`${type.group}/${type.version}/${type.plural}`, type);
    this.#byKind.set(`${type.group}/${type.kind}`, type);
    this.#storage.set(resourceKey(type.group, type.plural), type);
  }
}

/** The stored version; older ones that need conversion are not served. */
function definitionsOf({ spec = {} }: KubeObject): ResourceDefinition[] {
  const names = isObject(spec.names) ? spec.names : {};
  const versions = Array.isArray(spec.versions)
    ? spec.versions.filter(isObject)
    : [];
  return versions
    .filter(version => version.served === true && version.storage === true)
    .map(version => {
      const kind = String(names.kind);
      return {
        group: String(spec.group),
        version: String(version.name),
        plural: String(names.plural),
        singular: String(names.singular ?? kind.toLowerCase()),
        kind,
        namespaced: spec.scope === 'Namespaced',
        shortNames: strings(names.shortNames),
        categories: strings(names.categories),
        verbs: ALL_VERBS,
        hasStatus:
          isObject(version.subresources) &&
          isObject(version.subresources.status),
        custom: {
          schema: schemaOf(version),
          columns: (version.additionalPrinterColumns ?? []) as PrinterColumn[],
        },
      };
    });
}

function schemaOf(version: Json): Json {
  const schema = isObject(version.schema) ? version.schema : {};
  return isObject(schema.openAPIV3Schema) ? schema.openAPIV3Schema : {};
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
