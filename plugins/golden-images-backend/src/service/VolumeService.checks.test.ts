import {
  ANNOTATIONS,
  LABELS,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataVolume } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage, GIB } from './__testUtils__/worldWithImage';

const request: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
  entityRef: 'component:default/orders',
};
const other = (change: Partial<CloneRequest>) => ({ ...request, ...change });
const run = { ...as('dora'), dryRun: false };
const volumeRef = {
  type: RESOURCES.dataVolumes,
  namespace: 'team-a',
  name: 'orders-disk',
};

describe('VolumeService.clone, before it writes', () => {
  it('says who can import an image that is not there', async () => {
    const { volumes } = createWorldWithImage();
    await expect(
      volumes.clone(other({ image: { name: 'debian' } }), run),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message:
        'image: there is no "debian" in namespace "golden-images" of cluster "dev". It can be imported by group:default/librarians, group:default/admins.',
    });
  });

  it('does not call an image missing while the cluster is silent', async () => {
    const { volumes, tracking } = createWorldWithImage();
    tracking.connection = 'unreachable';
    await expect(
      volumes.clone(other({ image: { name: 'debian' } }), run),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  it('names the versions that there are', async () => {
    const { volumes, tracking } = createWorldWithImage();
    await tracking.refresh({
      cluster: 'dev',
      namespace: 'golden-images',
      name: 'ubuntu-1',
    });
    await expect(
      volumes.clone(other({ image: { name: 'ubuntu', version: '7' } }), run),
    ).rejects.toThrow(/no "ubuntu" version "7" .* Ready versions: 1\./);
  });

  it('does not take the version of another image', async () => {
    const { volumes, cluster, tracking } = createWorldWithImage();
    const made = cluster.peek<DataVolume>({
      ...volumeRef,
      namespace: 'golden-images',
      name: 'ubuntu-1',
    })!;
    cluster.put(RESOURCES.dataVolumes, {
      ...made,
      metadata: {
        ...made.metadata,
        name: 'a-b-c',
        labels: {
          ...made.metadata.labels,
          [LABELS.image]: 'a',
          [LABELS.version]: 'b-c',
        },
      },
    });
    tracking.states.set('dev/golden-images/a-b-c', { state: 'ready' });
    await expect(
      volumes.clone(other({ image: { name: 'a-b', version: 'c' } }), run),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it.each([
    [
      { state: 'importing', progressPercent: 42 },
      /Importing, 42 %.*Wait until/,
    ],
    [
      { state: 'failing', reason: 'http-client-error', retries: true },
      /Not all right: the image server refused the request.*Check the URL/,
    ],
    [{ state: 'failing', reason: 're-imported' }, /imported again under/],
    [{ state: 'deleting' }, /Being retired.*Choose another version/],
  ] as const)('refuses an image that is %j', async (state, message) => {
    const { volumes, tracking, cluster } = createWorldWithImage();
    tracking.states.set('dev/golden-images/ubuntu-2', state);
    await expect(volumes.clone(request, run)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
    expect(cluster.writes).toEqual([]);
  });

  it('refuses an image whose claim is another than was published', async () => {
    const { volumes, tracking } = createWorldWithImage();
    const source = tracking.sources.get('dev/golden-images/ubuntu-2')!;
    source.uid = 'another';
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /was made again since it was published/,
    );
  });

  it('refuses an image that is being retired', async () => {
    const { volumes, cluster } = createWorldWithImage();
    cluster.peek({
      ...volumeRef,
      namespace: 'golden-images',
      name: 'ubuntu-2',
    })!.metadata.annotations![ANNOTATIONS.retiring] = 'true';
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /"ubuntu-2" is being retired/,
    );
  });

  it('refuses an image whose volume is being resized', async () => {
    const { volumes, tracking } = createWorldWithImage();
    tracking.sources.get('dev/golden-images/ubuntu-2')!.longhornSizeBytes =
      20 * GIB;
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /is being resized/,
    );
  });

  it('says everything at once', async () => {
    const { volumes } = createWorldWithImage();
    await expect(
      volumes.clone(other({ size: '5Gi', storageClass: 'nope' }), run),
    ).rejects.toThrow(
      /^2 problems, nothing was written:\n- size: must be at least that of the image's volume, 10Gi \(asked for: 5Gi\)\n- storageClass: "nope" does not exist/,
    );
  });

  it('refuses a class of another driver', async () => {
    const { volumes, tracking } = createWorldWithImage();
    tracking.classes.push({
      ...tracking.classes[0],
      name: 'nfs',
      provisioner: 'nfs.csi.k8s.io',
      isDefault: false,
    });
    await expect(
      volumes.clone(other({ storageClass: 'nfs' }), run),
    ).rejects.toThrow(
      /"nfs" is of nfs\.csi\.k8s\.io, but the image is on driver\.longhorn\.io/,
    );
  });

  it('needs CDI only for a DataVolume', async () => {
    const missing = { status: 404, message: 'not found' };
    const first = createWorldWithImage();
    // It is asked twice before anything is refused.
    first.cluster.refuseNext('list', 'datavolumes', missing);
    first.cluster.refuseNext('list', 'datavolumes', missing);
    await expect(first.volumes.clone(request, run)).rejects.toThrow(
      /CDI is not installed/,
    );
    const second = createWorldWithImage();
    second.cluster.refuseNext('list', 'datavolumes', missing);
    await expect(
      second.volumes.clone(
        other({ namespace: 'golden-images', entityRef: undefined }),
        { ...as('lena'), dryRun: false },
      ),
    ).resolves.toMatchObject({ created: true });
  });

  it('refuses a namespace that is being deleted', async () => {
    const { volumes, cluster } = createWorldWithImage();
    cluster.peek({
      type: RESOURCES.namespaces,
      name: 'team-a',
    })!.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /"team-a" is being deleted/,
    );
  });
});
