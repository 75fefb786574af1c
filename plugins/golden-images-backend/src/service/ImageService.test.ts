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
const claimRef = { ...ref, type: RESOURCES.claims };
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
      cluster.refuseNext('list', 'datavolumes', {
        status: 404,
        message: 'the server could not find the requested resource',
      });
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

  describe('run twice', () => {
    it('returns the existing object', async () => {
      const { images, cluster } = createWorld();
      const first = await images.import(request, run);
      const second = await images.import(request, {
        ...as('ada'),
        dryRun: false,
      });
      expect(second.created).toBe(false);
      expect(second.image.uid).toBe(first.image.uid);
      expect(cluster.count('datavolumes')).toBe(1);
    });

    it('needs no allowed host any more', async () => {
      const { images, cluster } = createWorld();
      await images.import(request, run);
      cluster.refuseNext('list', 'datavolumes', { status: 500, message: 'x' });
      await expect(images.import(request, run)).resolves.toMatchObject({
        created: false,
      });
    });

    it('makes one object when both run at once', async () => {
      const { images, cluster } = createWorld();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => images.import(request, run)),
      );
      expect(answers.filter(answer => answer.created)).toHaveLength(1);
      expect(new Set(answers.map(answer => answer.image.uid)).size).toBe(1);
      expect(cluster.count('datavolumes')).toBe(1);
    });

    it('finds what was made when the answer was lost', async () => {
      const { images, cluster } = createWorld();
      cluster.refuseNext(
        'create',
        'datavolumes',
        { status: 0, message: 'socket hang up' },
        { carriedOut: true },
      );
      const answer = await images.import(request, run);
      expect(answer.image.uid).toBe(cluster.peek(ref)!.metadata.uid);
      expect(cluster.count('datavolumes')).toBe(1);
    });

    it('says that there was no answer when nothing was made', async () => {
      const { images, cluster } = createWorld();
      cluster.refuseNext('create', 'datavolumes', {
        status: 0,
        message: 'connect ECONNREFUSED',
      });
      await expect(images.import(request, run)).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringMatching(/gave no answer.*never makes a second/),
      });
    });

    it('moves the deadline back for a wait that begins again', async () => {
      const { images, cluster, clock } = createWorld();
      await images.import(request, run);
      await clock.sleep(600_000);
      await images.import(request, run);
      const deadline = () =>
        cluster.peek(ref)!.metadata.annotations![ANNOTATIONS.deadline];
      expect(deadline()).toBe(new Date(NOW_MS + 4_260_000).toISOString());
      await images.import(other({ timeoutSeconds: 10 }), run);
      expect(deadline()).toBe(new Date(NOW_MS + 4_260_000).toISOString());
    });
  });

  describe('conflicts', () => {
    const conflict = (message: RegExp) => ({
      name: 'ConflictError',
      message: expect.stringMatching(message),
    });

    it('names the difference', async () => {
      const { images } = createWorld();
      await images.import(request, run);
      await expect(
        images.import(
          other({
            size: '20Gi',
            source: { http: { url: 'https://images.example/v.qcow2' } },
          }),
          run,
        ),
      ).rejects.toMatchObject(
        conflict(
          /^DataVolume "golden-images\/ubuntu-1" was made by another request: size was "10Gi", now "20Gi"; source\.http\.checksum was "sha256:a+", now not given; source\.http\.url was "https:\/\/images\.example\/u\.qcow2", now "https:\/\/images\.example\/v\.qcow2"\. Other content is another version: choose one\.$/,
        ),
      );
    });

    it('refuses the version of another image', async () => {
      const { images } = createWorld();
      await images.import(other({ name: 'a', version: 'b-c' }), run);
      await expect(
        images.import(other({ name: 'a-b', version: 'c' }), run),
      ).rejects.toMatchObject(conflict(/belongs to image "a" version "b-c"/));
      await expect(
        images.import(other({ name: 'a-b-c', version: undefined }), run),
      ).rejects.toMatchObject(conflict(/belongs to image "a" version "b-c"/));
    });

    it.each([
      ['a DataVolume', RESOURCES.dataVolumes, 'DataVolume'],
      ['a claim', RESOURCES.claims, 'Claim'],
    ])('leaves %s of others alone', async (_name, type, word) => {
      const { images, cluster } = createWorld();
      cluster.put(type, {
        apiVersion: 'v1',
        kind: word === 'Claim' ? 'PersistentVolumeClaim' : 'DataVolume',
        metadata: { name: ref.name, namespace: ref.namespace },
        spec: {},
      });
      await expect(
        images.import(other({ replaceFailed: true }), run),
      ).rejects.toMatchObject(
        conflict(new RegExp(`^${word} .* was not made by this product`)),
      );
      expect(cluster.writes).toEqual([]);
    });

    it('waits for an object that is being deleted', async () => {
      const { images, cluster } = createWorld();
      await images.import(request, run);
      cluster.peek(ref)!.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      await expect(images.import(request, run)).rejects.toMatchObject(
        conflict(/is being deleted/),
      );
    });

    it('waits for a claim that lost its DataVolume', async () => {
      const { images, cluster } = createWorld();
      await images.import(request, run);
      const made = cluster.peek(ref)!;
      cluster.put(RESOURCES.claims, {
        ...made,
        kind: 'PersistentVolumeClaim',
        metadata: {
          ...made.metadata,
          uid: 'claim',
          ownerReferences: [
            {
              apiVersion: 'cdi.kubevirt.io/v1beta1',
              kind: 'DataVolume',
              name: ref.name,
              uid: made.metadata.uid!,
              controller: true,
            },
          ],
        },
      });
      cluster.remove(ref);
      await expect(images.import(request, run)).rejects.toMatchObject(
        conflict(/belonged to a DataVolume that is gone/),
      );
    });

    it('lets the first of two requests win', async () => {
      const { images, cluster } = createWorld();
      const answers = await Promise.allSettled([
        images.import(request, run),
        images.import(other({ size: '20Gi' }), run),
      ]);
      expect(answers.map(answer => answer.status).sort()).toEqual([
        'fulfilled',
        'rejected',
      ]);
      expect(cluster.count('datavolumes')).toBe(1);
    });
  });

  describe('what failed', () => {
    async function failed(state: 'failing' | 'failed' | 'lost') {
      const world = createWorld();
      await world.images.import(request, run);
      world.tracking.states.set(KEY, {
        state,
        reason: state === 'lost' ? undefined : 'checksum',
        message: 'mismatch at https://u:p@images.example/u?key=SECRET',
        remedy: 'Correct the checksum.',
      });
      const made = world.cluster.peek(ref)!;
      world.cluster.put(RESOURCES.claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: ref.name,
          namespace: ref.namespace,
          ownerReferences: [
            {
              apiVersion: 'cdi.kubevirt.io/v1beta1',
              kind: 'DataVolume',
              name: ref.name,
              uid: made.metadata.uid!,
              controller: true,
            },
          ],
        },
      });
      return { ...world, uid: made.metadata.uid };
    }

    it.each(['failing', 'failed', 'lost'] as const)(
      'is not waited for when %s',
      async state => {
        const { images } = await failed(state);
        const error = await images.import(request, run).catch(e => e);
        expect(error.name).toBe('ConflictError');
        expect(error.message).toMatch(/Correct the checksum\./);
        expect(error.message).toMatch(/ask again with "replaceFailed"/);
        expect(error.message).not.toMatch(/SECRET|u:p/);
      },
    );

    it.each(['failing', 'failed', 'lost'] as const)(
      'is replaced on request when %s, by the same or another request',
      async state => {
        for (const change of [{}, { size: '20Gi' }]) {
          const { images, cluster, tracking, uid } = await failed(state);
          cluster.beforeCreate = () => {
            tracking.states.clear();
          };
          const answer = await images.import(
            other({ ...change, replaceFailed: true }),
            run,
          );
          expect(answer.created).toBe(true);
          expect(cluster.peek(ref)!.metadata.uid).not.toBe(uid);
          expect(cluster.peek(claimRef)).toBeUndefined();
          expect(cluster.writes.slice(1)).toEqual([
            'patch datavolumes/golden-images/ubuntu-1',
            'delete datavolumes/golden-images/ubuntu-1',
            'create datavolumes/golden-images/ubuntu-1',
          ]);
        }
      },
    );

    it('is said to be replaced in a dry run, and left', async () => {
      const { images, cluster, uid } = await failed('failed');
      const answer = await images.import(other({ replaceFailed: true }), {
        ...run,
        dryRun: true,
      });
      expect(answer.warnings).toEqual([
        expect.stringMatching(/would be deleted and made again/),
      ]);
      expect(cluster.peek(ref)!.metadata.uid).toBe(uid);
    });

    it('is replaced once when two ask at once', async () => {
      const { images, cluster, tracking } = await failed('failed');
      cluster.beforeCreate = () => {
        tracking.states.clear();
      };
      const answers = await Promise.all([
        images.import(other({ replaceFailed: true }), run),
        images.import(other({ replaceFailed: true }), run),
      ]);
      expect(answers.filter(answer => answer.created)).toHaveLength(1);
      expect(
        cluster.writes.filter(write => write.startsWith('create')),
      ).toHaveLength(2);
    });

    it('is never replaced once it was ready', async () => {
      const { images, cluster } = await failed('failing');
      cluster.peek(ref)!.metadata.annotations![ANNOTATIONS.readyAt] =
        '2026-01-01T00:00:00Z';
      const before = cluster.writes.length;
      await expect(
        images.import(other({ replaceFailed: true, size: '20Gi' }), run),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringMatching(
          /was ready once, so its name is taken for good/,
        ),
      });
      expect(cluster.writes).toHaveLength(before);
    });

    it('is not replaced when it is only under way', async () => {
      const { images } = createWorld();
      await images.import(request, run);
      await expect(
        images.import(other({ replaceFailed: true, size: '20Gi' }), run),
      ).rejects.toThrow(/It is not failing, so it is not replaced/);
      await expect(
        images.import(other({ replaceFailed: true }), run),
      ).resolves.toMatchObject({ created: false });
    });

    it('gives up when the old claim does not go', async () => {
      const { images, cluster } = await failed('failed');
      cluster.peek(claimRef)!.metadata.ownerReferences = [];
      const claim = cluster.peek(claimRef)!;
      await expect(
        images.import(other({ replaceFailed: true }), run),
      ).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringMatching(/not gone after 60 s: a Pod may still/),
      });
      expect(cluster.peek(claimRef)).toBe(claim);
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
