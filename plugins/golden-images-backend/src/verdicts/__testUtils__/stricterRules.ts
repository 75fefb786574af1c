import type { Problem } from '@golden-images/plugin-golden-images-common';

/** Where we refuse what the cluster takes: which problems, and why. */
export interface StricterRule {
  why: string;
  field: RegExp;
  message: RegExp;
}

/** Sorted by field. */
export const STRICTER_RULES: StricterRule[] = [
  {
    why: 'a claim with two access modes is provisioned for one of them, and CDI refuses it',
    field: /^accessModes$/,
    message: /exactly 1 entry/,
  },
  {
    why: 'Longhorn refuses ReadOnlyMany, long after the claim was taken',
    field: /^accessModes\[\d\]$/,
    message: /must be one of .*given: "ReadOnlyMany"/,
  },
  {
    why: 'the API server takes any text as the name of a source, and waits for ever',
    field: /^image\.name$/,
    message: /must consist of lower case/,
  },
  {
    why: 'CDI derives names from it, which are cut or refused when it is long or dotted',
    field: /^name$/,
    message: /must have at most (40|63) characters|must consist of lower case/,
  },
  {
    why: 'CDI refuses less than 1Mi, and no image is as small',
    field: /^size$/,
    message: /must be at least 1Mi/,
  },
  {
    why: 'numbers of bytes are exact up to 8Pi',
    field: /^size$/,
    message: /must be at most 8Pi/,
  },
  {
    why: 'a bare number is bytes to Kubernetes and gigabytes to most people',
    field: /^size$/,
    message: /must be text, not a number/,
  },
  {
    why: 'an image is not made by an upload, empty, or from another platform',
    field: /^source(\.(upload|blank|imageio|vddk))?$/,
    message: /is not a field of this request|must name exactly one of/,
  },
  {
    why: 'extra headers end up in annotations, which others can read',
    field: /^source\.http\.extraHeaders$/,
    message: /is not offered/,
  },
  {
    why: 'whoever stands between could replace the image',
    field: /^source\.http\.insecureSkipVerify$/,
    message: /is not offered/,
  },
  {
    why: 'CDI writes user and password into annotations',
    field: /^source\.http\.url$/,
    message: /must not hold user or password/,
  },
  {
    why: 'what has no host cannot be downloaded',
    field: /^source\.http\.url$/,
    message: /must name a host/,
  },
  {
    why: 'which addresses a cluster may be sent to is the duty of its clients',
    field: /^source\.http\.url$/,
    message:
      /link-local address, which is never allowed|is not a public address/,
  },
  {
    why: 'an archive would have to lie inside the Pod of CDI already',
    field: /^source\.registry\.url$/,
    message: /must be "docker:/,
  },
  {
    why: 'a claim without a class is never provisioned',
    field: /^storageClass$/,
    message: /must not be empty/,
  },
  {
    why: 'no class can have such a name',
    field: /^storageClass$/,
    message: /must consist of lower case/,
  },
];

/** The rule by which a problem goes beyond the cluster. */
export function ruleOf(problem: Problem): StricterRule | undefined {
  return STRICTER_RULES.find(
    ({ field, message }) =>
      field.test(problem.field) && message.test(problem.message),
  );
}
