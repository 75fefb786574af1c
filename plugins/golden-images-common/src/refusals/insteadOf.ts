interface Instead {
  message: string;
  remedy: string;
}

const BY_VALUE: Instead = {
  message: 'must not be part of a request, which others can read',
  remedy:
    'put it into a Secret of the image namespace, and name that in "secretRef"',
};
/** What CDI has and this product leaves out on purpose, or people expect from elsewhere. */
const FIELDS: Record<string, Instead> = {
  insecureSkipVerify: {
    message: 'is not offered: anybody between could replace the image',
    remedy:
      'name a ConfigMap with the CA of the server in "certConfigMap", and give a checksum',
  },
  extraHeaders: {
    message:
      'is not offered: the headers could be read by everybody who sees the claim',
    remedy: 'put them into a Secret, and name that in "secretExtraHeaders"',
  },
  user: BY_VALUE,
  username: BY_VALUE,
  password: BY_VALUE,
  token: BY_VALUE,
  accessKeyId: BY_VALUE,
  accessKey: BY_VALUE,
  secretKey: BY_VALUE,
  secretAccessKey: BY_VALUE,
  platform: {
    message: 'is not a field of this request',
    remedy: 'give its architecture as "architecture"',
  },
};

/** What to use instead of a field that exists elsewhere, in a source of an import. */
export function insteadOf(
  key: string,
  path: readonly (string | number)[],
): Instead | undefined {
  const inSource = path.length > 1 && path.includes('source');
  return inSource && Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
}
