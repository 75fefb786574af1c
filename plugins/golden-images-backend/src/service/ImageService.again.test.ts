import {
  ANNOTATIONS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { as, createWorld, NOW_MS } from './__testUtils__/world';

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

describe('ImageService.import, run again', () => {
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
            'delete datavolumes/golden-images/ubuntu-1',
            'create datavolumes/golden-images/ubuntu-1',
          ]);
        }
      },
    );

    it('is unlocked first where policies protect it', async () => {
      const { images, cluster, tracking } = await failed('failed');
      cluster.refuseNext('delete', 'datavolumes', {
        status: 403,
        message: `datavolumes.cdi.kubevirt.io "ubuntu-1" is forbidden: ValidatingAdmissionPolicy 'golden-image-deny-delete' denied request`,
      });
      cluster.beforeCreate = () => {
        tracking.states.clear();
      };
      await images.import(other({ replaceFailed: true }), run);
      expect(cluster.writes.slice(1)).toEqual([
        'patch datavolumes/golden-images/ubuntu-1',
        'delete datavolumes/golden-images/ubuntu-1',
        'create datavolumes/golden-images/ubuntu-1',
      ]);
    });

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

    it('is judged again when it moves on meanwhile', async () => {
      const { images, cluster, tracking, uid } = await failed('failing');
      const refresh = tracking.refresh.bind(tracking);
      let becameReady = false;
      tracking.refresh = async key => {
        await refresh(key);
        if (becameReady) return;
        // after the row was read, and before the delete
        becameReady = true;
        tracking.states.set(KEY, { state: 'ready' });
        const made = cluster.peek(ref)!;
        made.metadata.resourceVersion = 'later';
        made.metadata.annotations![ANNOTATIONS.readyAt] =
          '2026-01-01T00:00:00Z';
      };
      await expect(
        images.import(other({ replaceFailed: true }), run),
      ).resolves.toMatchObject({ created: false });
      expect(cluster.peek(ref)!.metadata.uid).toBe(uid);
      expect(cluster.writes.some(write => write.startsWith('delete'))).toBe(
        false,
      );
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
});
