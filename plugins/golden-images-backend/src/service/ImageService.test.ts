import {
  ANNOTATIONS,
  LABELS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataVolume } from '../manifests';
import { as, createWorld, NOW_MS } from './__testUtils__/world';
import { decodeWaitHandle } from './waitHandle';

const SHA = `sha256:${'a'.repeat(64)}`;
const request: ImportRequest = {
  name: 'ubuntu',
  version: '1',
  source: {
    http: { url: 'https://images.example/u.qcow2?key=SECRET', checksum: SHA },
  },
  size: '10Gi',
};
const ref = {
  type: RESOURCES.dataVolumes,
  namespace: 'golden-images',
  name: 'ubuntu-1',
};
const other = (change: Partial<ImportRequest>) => ({ ...request, ...change });
const run = { ...as('lena'), dryRun: false };
const KEY = 'dev/golden-images/ubuntu-1';

describe('ImageService.import', () => {
  it('makes a DataVolume and answers with a wait handle', async () => {
    const { images, cluster, tracking } = createWorld();
    const answer = await images.import(request, run);
    expect(answer).toMatchObject({
      created: true,
      dryRun: false,
      warnings: [],
      image: {
        name: 'ubuntu-1',
        namespace: 'golden-images',
        cluster: 'dev',
        image: 'ubuntu',
        version: '1',
        state: 'importing',
        ours: true,
      },
    });
    const made = cluster.peek<DataVolume>(ref)!;
    expect(made.metadata.annotations).toMatchObject({
      [ANNOTATIONS.requestedBy]: 'user:default/lena',
      [ANNOTATIONS.onTimeout]: 'delete',
      // an hour, and a minute of grace
      [ANNOTATIONS.deadline]: new Date(NOW_MS + 3_660_000).toISOString(),
    });
    expect(made.spec.source?.http?.url).toContain('key=SECRET');
    expect(decodeWaitHandle(answer.waitHandle!)).toEqual({
      cluster: 'dev',
      kind: 'image',
      namespace: 'golden-images',
      name: 'ubuntu-1',
      requestHash: made.metadata.annotations![ANNOTATIONS.requestHash],
      initiator: 'user:default/lena',
      uid: made.metadata.uid,
      onTimeout: 'delete',
    });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
    expect(tracking.activity).toEqual([
      expect.objectContaining({
        action: 'import-requested',
        actor: 'user:default/lena',
      }),
    ]);
  });

  it('writes nothing in a dry run', async () => {
    const { images, cluster } = createWorld();
    const answer = await images.import(request, { ...run, dryRun: true });
    expect(answer).toMatchObject({
      created: true,
      dryRun: true,
      image: {
        state: 'pending',
        image: 'ubuntu',
        source: { type: 'http', url: 'https://images.example/u.qcow2' },
        sizes: { requestedBytes: 10 * 2 ** 30 },
      },
    });
    expect(answer.waitHandle).toBeUndefined();
    expect(cluster.writes).toEqual([
      'create datavolumes/golden-images/ubuntu-1 (dry run)',
    ]);
    expect(cluster.count('datavolumes')).toBe(0);
  });

  it('warns when bytes will not be verified', async () => {
    const { images } = createWorld();
    const answer = await images.import(
      other({ source: { http: { url: 'https://images.example/u' } } }),
      run,
    );
    expect(answer.warnings).toEqual([
      expect.stringMatching(/bytes will not be verified/),
    ]);
    expect(answer.image.verified).toBe('none');
  });

  describe('who may', () => {
    it.each(['ada', 'lena'])('%s may', async name => {
      const { images } = createWorld();
      await expect(
        images.import(request, { ...as(name), dryRun: false }),
      ).resolves.toMatchObject({ created: true });
    });

    it('refuses others before anything is looked at', async () => {
      const { images, cluster } = createWorld();
      await expect(
        images.import(request, { ...as('dora'), dryRun: false }),
      ).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringMatching(
          /user:default\/dora may not import .*"golden-images".*group:default\/librarians and administrators/,
        ),
      });
      expect(cluster.writes).toEqual([]);
    });

    it('is narrowed by the permission framework, even for admins', async () => {
      const { images, permissions } = createWorld();
      permissions.authorize.mockResolvedValue([{ result: 'DENY' }]);
      await expect(
        images.import(request, { ...as('ada'), dryRun: false }),
      ).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringMatching(/golden-images\.image\.import/),
      });
    });

    it('reads the owner of the namespace from the cluster', async () => {
      const { images, cluster } = createWorld();
      cluster.put(RESOURCES.namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: 'golden-images',
          annotations: { [ANNOTATIONS.owner]: 'group:default/team-a' },
        },
      });
      await expect(images.import(request, run)).rejects.toMatchObject({
        name: 'NotAllowedError',
      });
    });

    it('takes the row where namespaces may not be read', async () => {
      const { images, cluster } = createWorld();
      cluster.refuseNext('get', 'namespaces', { status: 403, message: 'no' });
      await expect(images.import(request, run)).resolves.toMatchObject({
        created: true,
      });
    });
  });

  describe('checks before it writes', () => {
    it('says everything at once', async () => {
      const { images, cluster } = createWorld();
      await expect(
        images.import(
          other({
            name: 'ubuntu',
            version: 'scratch',
            size: '1Ki',
            storageClass: 'nope',
            source: { http: { url: 'http://10.0.0.1/u' } },
          }),
          run,
        ),
      ).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringMatching(
          /^4 problems, nothing was written:\n- source\.http\.url: .*not allowed.*\n- size: must be at least 1Mi\n- name: "ubuntu-scratch" looks like.*\n- storageClass: "nope" does not exist in cluster "dev" \(there: longhorn\)$/,
        ),
      });
      expect(cluster.writes).toEqual([]);
    });

    it.each([
      [
        'a cluster that is not there',
        { cluster: 'x' },
        'NotFoundError',
        /cluster: there is no "x" \(there: dev\)/,
      ],
      [
        'a namespace without images',
        { namespace: 'team-a' },
        'InputError',
        /"team-a" is not an image namespace of cluster "dev" \(it has golden-images\)/,
      ],
    ])('refuses %s', async (_name, change, name, message) => {
      const { images } = createWorld();
      await expect(images.import(other(change), run)).rejects.toMatchObject({
        name,
        message: expect.stringMatching(message),
      });
    });

    it('says who can help when no cluster is configured', async () => {
      const { images } = createWorld({ clusters: [] });
      await expect(images.import(request, run)).rejects.toThrow(
        /no cluster is configured: an administrator can add one below goldenImages\.clusters/,
      );
    });

    it('names the namespace that does not exist', async () => {
      const { images, cluster } = createWorld();
      cluster.remove({ type: RESOURCES.namespaces, name: 'golden-images' });
      await expect(
        images.import(request, { ...as('ada'), dryRun: false }),
      ).rejects.toThrow(/"golden-images" does not exist in cluster "dev"/);
    });

    it('names the missing CDI', async () => {
      const { images, cluster } = createWorld();
      // Nothing is refused by what was seen once: it is looked at again.
      for (let look = 0; look < 2; look += 1) {
        cluster.refuseNext('list', 'datavolumes', {
          status: 404,
          message: 'the server could not find the requested resource',
        });
      }
      await expect(images.import(request, run)).rejects.toThrow(
        /CDI is not installed in "dev"/,
      );
    });

    it('asks for a class where there is no default', async () => {
      const { images, tracking } = createWorld();
      tracking.classes = tracking.classes.map(c => ({
        ...c,
        isDefault: false,
      }));
      await expect(images.import(request, run)).rejects.toThrow(
        /has no default, so one must be named \(there: longhorn\)/,
      );
    });

    it('refuses a version that was used before', async () => {
      const { images, cluster } = createWorld();
      cluster.put(RESOURCES.dataSources, {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataSource',
        metadata: {
          name: 'ubuntu',
          namespace: 'golden-images',
          labels: { [LABELS.role]: 'golden-image' },
          annotations: { [ANNOTATIONS.usedVersions]: '["0","1"]' },
        },
        spec: {},
      });
      await expect(images.import(request, run)).rejects.toThrow(
        /version: "1" of image "ubuntu" was used before/,
      );
      await expect(
        images.import(other({ version: '2' }), run),
      ).resolves.toMatchObject({ created: true });
    });

    it('warns about an alias of somebody else', async () => {
      const { images, cluster } = createWorld();
      cluster.put(RESOURCES.dataSources, {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataSource',
        metadata: { name: 'ubuntu', namespace: 'golden-images' },
        spec: {},
      });
      const answer = await images.import(request, run);
      expect(answer.warnings).toEqual([
        expect.stringMatching(/was not made by this product/),
      ]);
    });
  });

  it('deletes what was made without its checksum', async () => {
    const { images, cluster } = createWorld();
    cluster.admit = object => {
      const { spec } = object as DataVolume;
      delete spec.source?.http?.checksum;
      return object;
    };
    await expect(images.import(request, run)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/needs CDI 1\.65 or newer/),
    });
    expect(cluster.count('datavolumes')).toBe(0);
  });
});

describe('ImageService lists', () => {
  it('shows all images to whoever may read, with the freshness of clusters', async () => {
    const { images, tracking } = createWorld();
    await images.import(request, run);
    await images.import(other({ version: '2' }), run);
    tracking.states.set(KEY, { state: 'ready' });
    await tracking.refresh({
      cluster: 'dev',
      namespace: 'golden-images',
      name: 'ubuntu-1',
    });
    const all = await images.list({}, as('emil'));
    expect(all.items.map(image => image.name)).toEqual([
      'ubuntu-1',
      'ubuntu-2',
    ]);
    expect(all.clusters).toEqual([expect.objectContaining({ name: 'dev' })]);
    const ready = await images.list({ ready: true }, as('emil'));
    expect(ready.items.map(image => image.name)).toEqual(['ubuntu-1']);
    await expect(images.list({ cluster: 'x' }, as('emil'))).rejects.toThrow(
      /there is no "x"/,
    );
    await expect(
      images.get(
        { cluster: 'dev', namespace: 'golden-images', name: 'nope' },
        as('emil'),
      ),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('is refused without the permission', async () => {
    const { images, permissions } = createWorld();
    permissions.authorize.mockResolvedValue([{ result: 'DENY' }]);
    await expect(images.list({}, as('ada'))).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
  });
});
