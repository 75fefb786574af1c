import { parse } from 'yaml';
import { bodyFormat } from '../decode';
import type { Attributes } from '../rbac/rules';
import type { User } from '../rbac/User';
import { badRequest, invalid, required } from '../statusErrors';
import { child, isObject, timestamp, type Json } from '../types';
import type { ApiRequest } from './ApiContext';
import { readBody } from './body';
import type { ResourcePath } from './paths';
import { sendJson } from './respond';

/** Kinds of questions about rights, by resource. They are answered, and nothing is stored. */
const REVIEWS: Record<string, { group: string; kind: string }> = {
  selfsubjectaccessreviews: {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectAccessReview',
  },
  subjectaccessreviews: {
    group: 'authorization.k8s.io',
    kind: 'SubjectAccessReview',
  },
  selfsubjectrulesreviews: {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectRulesReview',
  },
  selfsubjectreviews: {
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
  },
};

export function isReview({ group, plural }: ResourcePath): boolean {
  return REVIEWS[plural]?.group === group;
}

/** Answers who may do what, or who the caller is. */
export async function handleReview(request: ApiRequest, path: ResourcePath) {
  const { group, kind } = REVIEWS[path.plural];
  const review = await readReview(request, kind);
  const spec = child(review, 'spec');
  const body: Json = {
    kind,
    apiVersion: `${group}/v1`,
    metadata: {},
    ...answer(request, kind, isObject(spec) ? spec : {}),
  };
  sendJson(request, 201, JSON.stringify(body));
}

async function readReview(request: ApiRequest, kind: string) {
  bodyFormat(request.request.headers['content-type']);
  try {
    return parse(await readBody(request.request)) as unknown;
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${
        (error as Error).message
      }`,
    );
  }
}

function answer(request: ApiRequest, kind: string, spec: Json): Json {
  const { user, context } = request;
  switch (kind) {
    case 'SelfSubjectReview': {
      const { name, ...info } = user;
      return {
        metadata: { creationTimestamp: timestamp(context.clock) },
        status: { userInfo: { username: name, ...info } },
      };
    }
    case 'SelfSubjectRulesReview': {
      const rules = context.authorizer.rulesFor(
        user,
        String(spec.namespace ?? ''),
      );
      return {
        spec: {},
        status: {
          resourceRules: rules.filter(rule => !rule.nonResourceURLs),
          nonResourceRules: rules.filter(rule => rule.nonResourceURLs),
          incomplete: false,
        },
      };
    }
    default: {
      const subject = kind === 'SubjectAccessReview' ? subjectOf(spec) : user;
      const { allowed, reason } = context.authorizer.authorize(
        subject,
        attributesOf(spec, kind),
      );
      return { spec, status: { allowed, ...(reason ? { reason } : {}) } };
    }
  }
}

function subjectOf({ user, groups, extra }: Json): User {
  const name = String(user ?? '');
  const listed = Array.isArray(groups) ? groups.map(String) : [];
  if (name === '' && listed.length === 0) {
    throw invalidReview('SubjectAccessReview', [
      required('spec.user', 'at least one of user or group must be specified'),
    ]);
  }
  // Groups are taken as they are: nothing is added that was not asked about.
  return { name, groups: listed, extra: extra as User['extra'] };
}

function attributesOf(spec: Json, kind: string): Attributes {
  const resource = spec.resourceAttributes;
  const other = spec.nonResourceAttributes;
  const text = (value: unknown) => String(value ?? '');
  if (isObject(resource)) {
    return {
      verb: text(resource.verb),
      group: text(resource.group),
      resource: text(resource.resource),
      subresource: text(resource.subresource) || undefined,
      namespace: text(resource.namespace) || undefined,
      name: text(resource.name) || undefined,
    };
  }
  if (isObject(other)) {
    return { verb: text(other.verb), path: text(other.path) };
  }
  throw invalidReview(kind, [
    required(
      'spec.resourceAttributes',
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
  ]);
}

function invalidReview(kind: string, errors: Parameters<typeof invalid>[1]) {
  return invalid({ kind, group: 'authorization.k8s.io', name: '' }, errors);
}
