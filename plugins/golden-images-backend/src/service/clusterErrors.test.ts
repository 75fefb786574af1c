import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import { asBackstageError } from './clusterErrors';

/** Status, reason and message as recorded with Kubernetes 1.36 and CDI 1.66. */
const RECORDED: [number, string | undefined, string, string, RegExp][] = [
  [
    403,
    'Forbidden',
    'persistentvolumeclaims "a" is forbidden: exceeded quota: q, requested: requests.storage=11Gi, used: requests.storage=0, limited: requests.storage=10Gi',
    'ConflictError',
    /quota of the namespace is exceeded.*larger quota.*limited: requests\.storage=10Gi/,
  ],
  [
    403,
    'Forbidden',
    'persistentvolumeclaims "f" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
    'InputError',
    /^size: a limit of the namespace refuses it/,
  ],
  [
    403,
    'Forbidden',
    'persistentvolumeclaims "g" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 100Mi',
    'InputError',
    /^size: /,
  ],
  [
    403,
    'Forbidden',
    'persistentvolumeclaims "h" is forbidden: unable to create new content in namespace dev-q2 because it is being terminated',
    'ConflictError',
    /^namespace: it is being deleted/,
  ],
  [
    403,
    'Forbidden',
    `datavolumes.cdi.kubevirt.io "x" is forbidden: ValidatingAdmissionPolicy 'golden-image-guard-changes' with binding 'golden-image-guard-changes' denied request: you may not`,
    'NotAllowedError',
    /policy of the cluster refuses/,
  ],
  [
    422,
    undefined,
    'admission webhook "datavolume-mutate.cdi.kubevirt.io" denied the request:  User system:serviceaccount:backstage:backstage-golden-images has insufficient permissions in clone source namespace golden-images',
    'NotAllowedError',
    /administrator must grant it "create" on datavolumes\/source/,
  ],
  [
    403,
    'Forbidden',
    'datavolumes.cdi.kubevirt.io is forbidden: User "system:serviceaccount:backstage:backstage-golden-images" cannot create resource "datavolumes" in API group "cdi.kubevirt.io" in the namespace "golden-images"',
    'NotAllowedError',
    /account of this backend lacks a right in cluster "dev"/,
  ],
  [
    404,
    'NotFound',
    'namespaces "no-such-ns" not found',
    'InputError',
    /^namespace: it does not exist/,
  ],
  [
    404,
    undefined,
    'the server could not find the requested resource',
    'ServiceUnavailableError',
    /is CDI installed there\?/,
  ],
  [
    422,
    undefined,
    'admission webhook "datavolume-validate.cdi.kubevirt.io" denied the request:  spec.source source URL is empty',
    'InputError',
    /The cluster refuses the request.*source URL is empty/,
  ],
  [
    400,
    'BadRequest',
    'DataVolume in version "v1beta1" cannot be handled as a DataVolume: strict decoding error: unknown field "spec.source.http.checksum"',
    'InputError',
    /needs CDI 1\.65 or newer/,
  ],
  [
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "datavolume-mutate.cdi.kubevirt.io": failed to call webhook: Post "https://cdi-api.cdi.svc:443/datavolume-mutate?timeout=30s": dial tcp 127.0.0.1:8443: connect: connection refused',
    'ServiceUnavailableError',
    /whether CDI's API server runs/,
  ],
  [
    401,
    'Unauthorized',
    'Unauthorized',
    'ServiceUnavailableError',
    /refuses the credentials of this backend/,
  ],
  [
    409,
    'Conflict',
    'Operation cannot be fulfilled on datavolumes.cdi.kubevirt.io "x": the object has been modified',
    'ConflictError',
    /Try again/,
  ],
  [429, undefined, 'slow down', 'ServiceUnavailableError', /Try again later/],
  [503, undefined, 'unavailable', 'ServiceUnavailableError', /Try again later/],
  [
    0,
    undefined,
    'connect ECONNREFUSED',
    'ServiceUnavailableError',
    /no answer/,
  ],
];

const convert = (status: number, message: string, reason?: string) =>
  asBackstageError(
    new KubernetesApiError({ status, message, reason }),
    'dev',
  ) as Error;

describe('asBackstageError', () => {
  it.each(RECORDED)('%s %s %s', (status, reason, message, name, words) => {
    const error = convert(status, message, reason);
    expect(error.name).toBe(name);
    expect(error.message).toMatch(words);
  });

  it('bounds and redacts what the cluster says', () => {
    const { message } = convert(
      422,
      `bad\n\u001b[31m "https://u:pw@h.example/a?k=SECRET" ${'x'.repeat(9999)}`,
    );
    expect(message).toContain('"https://h.example/a"');
    expect(message).not.toMatch(/SECRET|u:pw|\n/);
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(1200);
  });

  it('leaves other errors as they are', () => {
    const error = new TypeError('x');
    expect(asBackstageError(error, 'dev')).toBe(error);
  });
});
