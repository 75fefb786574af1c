import type { Definitions } from '../definitions';
import type { ResourceDefinition } from '../resources';
import type { Json } from '../types';

/**
 * OpenAPI v3, as much as `kubectl` looks at before it sends an object: that
 * `fieldValidation` is understood, and the schemas of custom resources. The
 * fields of built-in kinds are not described.
 */
export function openApiDocument(
  definitions: Definitions,
  parts: string[],
): Json | undefined {
  if (parts[1] !== 'v3') return undefined;
  const types = definitions.all().filter(type => !type.viewOf);
  if (parts.length === 2) {
    const paths = new Set(types.map(rootOf));
    return {
      paths: Object.fromEntries(
        [...paths].map(path => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}` },
        ]),
      ),
    };
  }
  const root = parts.slice(2).join('/');
  const served = types.filter(type => rootOf(type) === root);
  return served.length > 0 ? documentOf(served) : undefined;
}

function rootOf({ group, version }: ResourceDefinition): string {
  return group ? `apis/${group}/${version}` : `api/${version}`;
}

function documentOf(types: ResourceDefinition[]): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.2' },
    paths: Object.fromEntries(
      types.map(type => [pathOf(type), pathItem(type)]),
    ),
    components: {
      schemas: Object.fromEntries(
        types.map(type => [schemaName(type), schemaOf(type)]),
      ),
    },
  };
}

function pathOf(type: ResourceDefinition): string {
  const place = type.namespaced ? '/namespaces/{namespace}' : '';
  return `/${rootOf(type)}${place}/${type.plural}/{name}`;
}

function pathItem(type: ResourceDefinition): Json {
  return {
    patch: {
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': kindOf(type),
      parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map(name => ({
        name,
        in: 'query',
        schema: { type: 'string', uniqueItems: true },
      })),
      responses: { 200: { description: 'OK' } },
    },
  };
}

function schemaOf(type: ResourceDefinition): Json {
  return {
    type: 'object',
    ...type.custom?.schema,
    'x-kubernetes-group-version-kind': [kindOf(type)],
  };
}

function schemaName({ group, version, kind }: ResourceDefinition): string {
  const reversed = (group || 'core.api.k8s.io').split('.').reverse().join('.');
  return `${reversed}.${version}.${kind}`;
}

function kindOf({ group, version, kind }: ResourceDefinition): Json {
  return { group, version, kind };
}
