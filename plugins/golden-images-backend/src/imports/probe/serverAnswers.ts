import { ImageRefused, ImageUnknown } from './outcome';

const GIVE_SIZE = 'Give the size of the disk, if the cluster can reach it';

/** Network errors in plain words; others may say more of our network than is anybody's business. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ENOTFOUND: 'its name is not known here',
  ETIMEDOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  HPE_HEADER_OVERFLOW: 'its answer is beyond all measure',
};
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;

interface NetworkError {
  code?: string;
  errors?: NetworkError[];
}

export function unreachable(url: URL, error: unknown): ImageUnknown {
  const { code = '', errors } = error as NetworkError;
  const first = code || errors?.[0]?.code || '';
  const why = UNTRUSTED.test(first)
    ? 'its certificate is not trusted here'
    : WORDS[first] ?? 'there was no usable answer';
  return new ImageUnknown({
    code: 'unreachable',
    message: `Backstage cannot reach "${url.host}": ${why}`,
    remedy: GIVE_SIZE,
  });
}

export const noAnswer = (url: string, seconds: number) =>
  new ImageUnknown({
    code: 'unreachable',
    message: `"${
      new URL(url).host
    }" did not send the beginning of the file within ${seconds} s`,
    remedy: GIVE_SIZE,
  });

export const brokenOff = (url: string) =>
  new ImageUnknown({
    code: 'unreachable',
    message: `"${
      new URL(url).host
    }" broke off while the beginning of the file was read`,
    remedy: GIVE_SIZE,
  });

/** A status that brings no file. */
export function unusableStatus(
  { host }: URL,
  status: number,
  empty: boolean,
): ImageUnknown | ImageRefused {
  if (empty) {
    return new ImageRefused({
      code: 'not-an-image',
      message: 'the file is empty',
      remedy: 'Check the URL, or upload the file again',
    });
  }
  if (status === 401 || status === 403 || status === 407) {
    return new ImageUnknown({
      code: 'needs-credentials',
      message: `"${host}" asks for credentials (status ${status}), and Backstage reads no Secrets`,
      remedy: 'Name a Secret in "secretRef", and give the size of the disk',
    });
  }
  if (status === 404 || status === 410) {
    return new ImageUnknown({
      code: 'not-found',
      message: `"${host}" has no such file (status ${status})`,
      remedy: 'Check the URL',
    });
  }
  return new ImageUnknown({
    code: 'unreachable',
    message: `"${host}" answers with status ${status}`,
    remedy:
      status >= 500 || status === 429
        ? 'Try again later, or give the size of the disk'
        : 'Check the URL, or give the size of the disk',
  });
}
