import {
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from '../statusErrors';
import { child, isObject, type KubeObject } from '../types';
import type { Strategy } from './Strategy';

const ROLE_KINDS = ['ClusterRole', 'Role'];
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];

/** Names of RBAC objects are parts of a path: colons are allowed, unlike elsewhere. */
function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter(character => name.includes(character))
    .map(character => `may not contain '${character}'`);
}

function validateRole({ rules }: KubeObject): FieldError[] {
  const listed = Array.isArray(rules) ? rules : [];
  return listed.flatMap((rule, index) => {
    const has = (field: string) => {
      const value = child(rule, field);
      return Array.isArray(value) && value.length > 0;
    };
    const errors: FieldError[] = [];
    const field = `rules[${index}]`;
    if (!has('verbs')) {
      errors.push(
        required(`${field}.verbs`, 'verbs must contain at least one value'),
      );
    }
    if (has('nonResourceURLs')) return errors;
    if (!has('apiGroups')) {
      errors.push(
        required(
          `${field}.apiGroups`,
          'resource rules must supply at least one api group',
        ),
      );
    }
    if (!has('resources')) {
      errors.push(
        required(
          `${field}.resources`,
          'resource rules must supply at least one resource',
        ),
      );
    }
    return errors;
  });
}

function validateBinding(binding: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const kind = child(binding.roleRef, 'kind');
  const kinds = binding.metadata.namespace ? ROLE_KINDS : ['ClusterRole'];
  if (!kinds.includes(String(kind))) {
    errors.push(notSupported('roleRef.kind', kind ?? '', kinds));
  }
  if (!child(binding.roleRef, 'name')) errors.push(required('roleRef.name'));
  const subjects = Array.isArray(binding.subjects) ? binding.subjects : [];
  subjects.filter(isObject).forEach((subject, index) => {
    if (!SUBJECT_KINDS.includes(String(subject.kind))) {
      errors.push(
        notSupported(
          `subjects[${index}].kind`,
          subject.kind ?? '',
          SUBJECT_KINDS,
        ),
      );
    }
    if (!subject.name) errors.push(required(`subjects[${index}].name`));
  });
  return errors;
}

const roleStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  nameErrors: pathSegmentErrors,
  validateCreate: validateRole,
  validateUpdate: validateRole,
};

const bindingStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  nameErrors: pathSegmentErrors,
  validateCreate: validateBinding,
  validateUpdate: (binding, previous) => [
    ...validateBinding(binding),
    ...(JSON.stringify(binding.roleRef) === JSON.stringify(previous.roleRef)
      ? []
      : [invalidValue('roleRef', binding.roleRef, 'cannot change roleRef')]),
  ],
};

export const ACCESS_STRATEGIES: Record<string, Strategy> = {
  Role: roleStrategy,
  ClusterRole: roleStrategy,
  RoleBinding: bindingStrategy,
  ClusterRoleBinding: bindingStrategy,
};
