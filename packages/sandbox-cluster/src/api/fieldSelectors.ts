import type { ResourceDefinition } from './resources';
import { badRequest } from './statusErrors';
import { child, type KubeObject } from './types';

export type FieldPredicate = (object: KubeObject) => boolean;

const STANDARD: Record<string, string[]> = {
  'metadata.name': ['metadata.name'],
  'metadata.namespace': ['metadata.namespace'],
};

/**
 * A field selector as of `fields.ParseSelector`, for the labels that the
 * resource knows (Kubernetes 1.36).
 *
 * @throws ApiError 400 in its words
 */
export function parseFieldSelector(
  selector: string,
  type: ResourceDefinition,
): FieldPredicate {
  const labels = { ...STANDARD, ...type.fieldLabels };
  const terms = selector
    .split(/(?<!\\),/)
    .filter(term => term !== '')
    .map(term => {
      const match = /^(.*?)(!=|==|=)(.*)$/.exec(term);
      if (!match) {
        throw badRequest(
          `invalid selector: '${selector}'; can't understand '${term}'`,
        );
      }
      const [, field, operator, value] = match;
      const paths = labels[field];
      if (!paths) throw unknownField(field, type);
      return {
        paths: paths.map(path => path.split('.')),
        negated: operator === '!=',
        value: value.replace(/\\([,=\\])/g, '$1'),
      };
    });
  return object =>
    terms.every(({ paths, negated, value }) => {
      const found = paths
        .map(path => child(object, ...path))
        .find(text => text !== undefined && text !== '');
      return (String(found ?? '') === value) !== negated;
    });
}

function unknownField(field: string, type: ResourceDefinition) {
  if (type.custom || type.fieldLabels) {
    return badRequest(`field label not supported: ${field}`);
  }
  return badRequest(
    `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
