import { bodyFormat } from '../decode';
import { badRequest, invalid, required } from '../statusErrors';
import { child, isObject } from '../types';
import type { ApiRequest } from './ApiContext';
import { mayDo } from './auth';
import { readBody } from './body';
import { sendJson } from './respond';
import { parse } from 'yaml';

/** `SelfSubjectAccessReview`: whether the caller may do something. Nothing is stored. */
export async function handleAccessReview(request: ApiRequest) {
  bodyFormat(request.request.headers['content-type']);
  let review: unknown;
  try {
    review = parse(await readBody(request.request));
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type SelfSubjectAccessReview): ${
        (error as Error).message
      }`,
    );
  }
  const attributes = child(review, 'spec', 'resourceAttributes');
  if (
    !isObject(attributes) &&
    !child(review, 'spec', 'nonResourceAttributes')
  ) {
    throw invalid(
      {
        kind: 'SelfSubjectAccessReview',
        group: 'authorization.k8s.io',
        name: '',
      },
      [
        required(
          'spec.resourceAttributes',
          'exactly one of nonResourceAttributes or resourceAttributes must be specified',
        ),
      ],
    );
  }
  const allowed = isObject(attributes)
    ? mayDo(request.user, String(attributes.verb ?? ''), {
        group: String(attributes.group ?? ''),
        plural: String(attributes.resource ?? ''),
      })
    : request.user.isAdmin;
  sendJson(
    request,
    201,
    JSON.stringify({
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: child(review, 'spec'),
      status: { allowed },
    }),
  );
}
