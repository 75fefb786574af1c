import { reasonInfo } from '@golden-images/plugin-golden-images-common';
import { changesOf, readTrace, traceNames } from './__testUtils__/fixtures';
import {
  classifyCloneError,
  classifyCloneValidation,
  classifyImportError,
  classifyProvisioningError,
  classifyRefusal,
  isLostRace,
} from './classifyMessage';
import { eventView } from './views';

const GET = 'Unable to connect to http data source: ';
const SCRATCH =
  'Unable to process data: Unable to transfer source data to scratch space: ';

describe('why an import ended', () => {
  it.each([
    // recorded with CDI 1.66
    [
      `${GET}expected status code 200, got 404. Status: 404 Not Found`,
      'http-client-error',
    ],
    [
      `${GET}HTTP request errored: Get "http://h:81/x": dial tcp 127.0.0.1:81: connect: connection refused`,
      'connection-refused',
    ],
    [
      `${GET}HTTP request errored: Get "http://h/x": dial tcp: lookup h on 127.0.0.1:53: read udp 127.0.0.1:1->127.0.0.1:53: read: connection refused`,
      'name-lookup',
    ],
    [
      `${GET}HTTP request errored: Get "https://h/x": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      'certificate',
    ],
    ['DataVolume too small to contain image', 'too-small'],
    [
      `${SCRATCH}virtual image size 21474836480 is larger than the reported available storage 2095947776. A larger PVC is required`,
      'too-small',
    ],
    [
      `${SCRATCH}checksum validation failed: checksum mismatch: expected sha256:00, calculated sha256:66`,
      'checksum',
    ],
    [
      'Unable to process data: Unable to obtain information about data source: could not process image header: unexpected EOF',
      'not-an-image',
    ],
    [
      `${SCRATCH}Failed to read registry image: failed to pull image: reading manifest 1 in r.example/m: manifest unknown`,
      'image-pull',
    ],
    ['failed to pull image: unexpected EOF', 'connection-broken'],
    ['secret "s3-creds-absent" not found', 'secret-missing'],
    // as CDI's and containers/image's sources have them
    [
      `${GET}expected status code 200, got 401. Status: 401`,
      'http-client-error',
    ],
    [
      `${GET}expected status code 200, got 429. Status: 429`,
      'http-server-error',
    ],
    [
      `${GET}expected status code 200, got 503. Status: 503`,
      'http-server-error',
    ],
    [
      `${GET}HTTP request errored: Get "http://h/x": dial tcp: lookup h on 10.96.0.10:53: no such host`,
      'unknown-host',
    ],
    [
      `${GET}HTTP request errored: Get "http://h/x": dial tcp: lookup h on 10.96.0.10:53: server misbehaving`,
      'name-lookup',
    ],
    [
      `${GET}HTTP request errored: Get "http://h/x": dial tcp 10.0.0.9:80: i/o timeout`,
      'connection-refused',
    ],
    ['Unable to process data: L1 size too big', 'invalid-image'],
    [
      'Unable to connect to s3 data source: could not get s3 object: "b/k": NoSuchKey: The specified key does not exist.',
      'http-client-error',
    ],
    [
      'Unable to connect to s3 data source: could not get s3 object: "b/k": Forbidden: Forbidden\n\tstatus code: 403, request id: 1',
      'http-client-error',
    ],
    [
      'Unable to connect to s3 data source: could not get s3 object: "b/k": operation error S3: GetObject, https response error StatusCode: 503, RequestID: 1, api error SlowDown: Please reduce your request rate.',
      'http-server-error',
    ],
    ['Unable to process data: gzip: invalid header', 'invalid-image'],
    ['Unable to process data: magic number mismatch', 'invalid-image'],
    ['failed to pull image: toomanyrequests: slow down', 'http-server-error'],
    [
      'failed to pull image: Back-off pulling image "r.example/m:1"',
      'registry-error',
    ],
    [
      'failed to pull image: reading manifest 1 in r.example/m: unauthorized: access is denied',
      'image-pull',
    ],
    [
      "Unable to connect to gcs data source: storage: object doesn't exist",
      'http-client-error',
    ],
    [
      `${GET}HTTP request errored: Get "https://h/x": net/http: TLS handshake timeout`,
      'connection-refused',
    ],
    [
      'Unable to process data: Failed to find VM disk image file in the container image',
      'not-an-image',
    ],
    [
      'failed to pull image: reading manifest 1 in r.example/m: authentication required',
      'image-pull',
    ],
    // The name of a file or host is no reason.
    [
      'Unable to process data: cannot read "https://corrupt.example/certificate/x.qcow2"',
      'import-error',
    ],
    ['something that nobody has seen', 'import-error'],
  ])('%s → %s', (message, reason) => {
    expect(classifyImportError(message)).toBe(reason);
  });

  it('takes the reason of the condition where the text says nothing', () => {
    expect(classifyImportError('', 'OOMKilled')).toBe('out-of-memory');
    expect(classifyImportError('', 'ImagePullFailed')).toBe('registry-error');
    expect(classifyImportError('', 'Error')).toBe('import-error');
  });
});

describe('why a claim is not provisioned', () => {
  const FROM =
    'failed to provision volume with StorageClass "longhorn": error getting handle for DataSource Type PersistentVolumeClaim by Name image: ';

  it.each([
    ['storageclass.storage.k8s.io "nope" not found', 'storage-class-missing'],
    [
      `${FROM}error, new PVC request must be greater than or equal in size to the specified PVC data source, requested 5368709120 but source is 10737418240`,
      'size-differs',
    ],
    [
      'failed to provision volume with StorageClass "longhorn": rpc error: code = OutOfRange desc = failed to clone volume: the requested size (21474836480 bytes) is different than the source volume size (10737418240 bytes)',
      'size-differs',
    ],
    [
      `${FROM}the source PVC and destination PVCs must have the same volume mode for cloning.  Source is Filesystem, but new PVC requested Block`,
      'mode-differs',
    ],
    [
      'failed to provision volume with StorageClass "longhorn": rpc error: code = InvalidArgument desc = access mode MULTI_NODE_READER_ONLY is not supported',
      'mode-differs',
    ],
    [
      `${FROM}the PVC DataSource image must have a status of Bound.  Got {Pending [] map[] [] map[] map[] <nil> <nil>}`,
      'source-not-ready',
    ],
    [
      `${FROM}error getting PVC image (namespace "dev-a") from api server: persistentvolumeclaim "image" not found`,
      'source-missing',
    ],
    // as external-provisioner's source has them
    [
      `${FROM}the PVC DataSource image is currently being deleted`,
      'source-invalid',
    ],
    [`${FROM}claim in dataSource not bound or invalid`, 'source-invalid'],
    [
      'error getting snapshot s from api server: volumesnapshots.snapshot.storage.k8s.io "s" not found',
      'source-missing',
    ],
    ['snapshot s is not Ready', 'source-not-ready'],
    ['rpc error: code = DeadlineExceeded desc = context', 'provisioning'],
  ])('%s → %s', (message, reason) => {
    expect(classifyProvisioningError(message)).toBe(reason);
  });
});

it('CDI refuses a clone: by size as recorded, else as a source that does not fit', () => {
  expect(
    classifyCloneValidation(
      "The clone doesn't meet the validation requirements: target resources requests storage size is smaller than the source 5368709120 < 10737418240",
    ),
  ).toBe('size-differs');
  expect(classifyCloneValidation('source contentType does not match')).toBe(
    'source-invalid',
  );
});

it('the API server refuses a claim (recorded)', () => {
  expect(
    classifyRefusal(
      'persistentvolumeclaims "x" is forbidden: exceeded quota: storage-quota, requested: requests.storage=20Gi',
    ),
  ).toBe('quota');
  expect(
    classifyRefusal(
      'persistentvolumeclaims "x" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
    ),
  ).toBe('limit-range');
  expect(classifyRefusal('denied request: no')).toBe('claim-refused');
});

it('a clone by CDI ends in none of the errors of an image server', () => {
  expect(classifyCloneError('connection refused')).toBe('clone-error');
  expect(classifyCloneError('', 'OOMKilled')).toBe('out-of-memory');
});

describe('all recorded texts', () => {
  const failures = traceNames.flatMap(name =>
    changesOf(readTrace(name)).flatMap(({ kind, object }) => {
      if (kind !== 'Event') return [];
      const view = eventView(object);
      const { type, reason, message } = view;
      return type === 'Warning' && reason === 'ProvisioningFailed'
        ? [message]
        : [];
    }),
  );

  it('of ProvisioningFailed are known', () => {
    const unknown = failures.filter(
      message =>
        !isLostRace(message) &&
        classifyProvisioningError(message) === 'provisioning',
    );
    expect(new Set(failures).size).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  it.each(['is not Ready', 'not bound'])('a snapshot that %s may be', words => {
    expect(
      classifyProvisioningError(
        `error getting handle for DataSource Type VolumeSnapshot by Name s: snapshot s ${words}`,
      ),
    ).toBe('source-not-ready');
  });

  it('what time does not heal ends a wait at once, the rest does not', () => {
    const hopeless = (message: string) =>
      reasonInfo(classifyImportError(message)).hopeless === true;
    expect(hopeless(`${GET}expected status code 200, got 404.`)).toBe(true);
    expect(hopeless('DataVolume too small to contain image')).toBe(true);
    expect(hopeless('manifest unknown')).toBe(true);
    expect(hopeless(`${GET}expected status code 200, got 500.`)).toBe(false);
    expect(hopeless('connection refused')).toBe(false);
    expect(hopeless('failed to pull image: unexpected EOF')).toBe(false);
  });
});
