import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { IMAGES } from '../tracking/__testUtils__/startTracking';
import { ControlWorld, keyOf, volumeOf } from './__testUtils__/ControlWorld';

jest.setTimeout(30_000);

const { dataVolumes, longhornVolumes, persistentVolumes } = RESOURCES;
const databases = testDatabases();

describe.each(databases.eachSupportedId())('retention on %s', id => {
  let t: ControlWorld;
  beforeEach(async () => {
    t = new ControlWorld(await databases.init(id));
  });
  afterEach(() => t.close());

  describe('of what is kept by its volume', () => {
    const reclaim = async () => {
      const name = volumeOf('debian-12');
      const volume = await t.cluster.get({ type: persistentVolumes, name });
      const { persistentVolumeReclaimPolicy: policy } = volume?.spec as {
        persistentVolumeReclaimPolicy: string;
      };
      return policy;
    };
    const byClass = (policy: string) =>
      t.cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
        spec: { persistentVolumeReclaimPolicy: policy },
      });

    it('sets the reclaim policy to Retain, and back when it is retired', async () => {
      await t.start({ retain: true });
      await t.publishVersion('12');
      byClass('Delete');
      await t.eventually(
        'it is kept',
        async () => (await reclaim()) === 'Retain',
      );
      expect((await t.noted('debian-12', 'retained')).message).toContain(
        'is kept if its claim is deleted otherwise than by retiring',
      );
      await t.publishVersion('13');
      t.mark('debian-12');
      await t.isGone('debian-12');
      expect(await reclaim()).toBe('Delete');
    });

    it('leaves a policy of the class as it is', async () => {
      await t.start({ retain: true });
      await t.publishVersion('12');
      byClass('Retain');
      await t.publishVersion('13');
      t.mark('debian-12');
      await t.isGone('debian-12');
      expect(await reclaim()).toBe('Retain');
      expect(t.cluster.writes).not.toContain(
        `patch persistentvolumes ${volumeOf('debian-12')}`,
      );
    });

    it('touches no volume unless that is configured', async () => {
      await t.start();
      await t.publishVersion('12');
      byClass('Delete');
      t.timing.pass(60_000);
      await t.tracking.refresh(keyOf('debian-12'));
      expect(await reclaim()).toBe('Delete');
    });

    it('lists volumes that were kept and have lost their claims', async () => {
      await t.start({ retain: true });
      await t.publishVersion('12');
      byClass('Delete');
      await t.eventually(
        'it is kept',
        async () => (await reclaim()) === 'Retain',
      );
      t.cluster.remove(dataVolumes, IMAGES, 'debian-12');
      t.collectClaim('debian-12');
      t.cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
        status: { phase: 'Released' },
      });
      const released = await t.eventually('it is listed', async () => {
        const [{ protection }] = await t.tracking.clusterStatus('c1');
        // More at once, again and again, would be a replica that never renews its lease.
        t.timing.pass(1_000);
        return protection?.released;
      });
      expect(released).toEqual([
        {
          volume: volumeOf('debian-12'),
          namespace: IMAGES,
          name: 'debian-12',
          sizeBytes: 10 * 2 ** 30,
        },
      ]);
    });
  });

  describe('of older versions', () => {
    it('keeps the newest ones, the current one and those on hold', async () => {
      await t.start({ keepVersions: 2 });
      for (const version of ['1', '2', '3', '4', '5']) {
        t.world.requestImport('debian', version);
        if (version === '2') {
          t.cluster.change(dataVolumes, IMAGES, 'debian-2', {
            metadata: { annotations: { [ANNOTATIONS.hold]: 'an audit' } },
          });
        }
        t.world.finishImport(`debian-${version}`);
        await t.noted(`debian-${version}`, 'became-ready');
        t.timing.pass(1_000);
      }
      await t.isGone('debian-1');
      await t.isGone('debian-3');
      expect((await t.noted('debian-3', 'retiring')).message).toBe(
        'debian-3 is to be retired: only the newest 2 versions of debian are kept',
      );
      t.timing.pass(120_000);
      for (const version of ['2', '4', '5']) {
        expect(await t.read(dataVolumes, `debian-${version}`)).toBeDefined();
      }
    });

    it.each([
      ['put on hold', 'debian-12', { [ANNOTATIONS.hold]: 'an audit' }],
      ['made current', 'debian-13', {}],
    ])('spares one that is %s just then', async (_what, name, annotations) => {
      await t.start();
      await t.publish();
      t.annotate(name, annotations);
      t.mark(name, { by: undefined });
      const { message } = await t.noted(name, 'retirement-cancelled');
      expect(message).toMatch(/is not retired after all: it would wait for/);
      const object = await t.read(dataVolumes, name);
      expect(object?.metadata.annotations).not.toHaveProperty([
        ANNOTATIONS.retiring,
      ]);
      expect(t.deletions()).toEqual([]);
    });

    it('does not mark one that is being copied, and retires it afterwards', async () => {
      await t.start({ keepVersions: 1 });
      t.world.requestImport('debian', '12');
      t.world.finishImport('debian-12');
      await t.noted('debian-12', 'became-ready');
      t.world.clone('orders', 'debian-12', {
        state: 'initiated',
        actualSize: 1,
      });
      t.timing.pass(1_000);
      t.world.requestImport('debian', '13');
      t.world.finishImport('debian-13');
      await t.noted('debian-13', 'current-moved');
      t.timing.pass(60_000);
      await t.tracking.refresh(keyOf('debian-12'));
      const row = await t.tracking.reader.getImage(keyOf('debian-12'));
      expect(row?.object.retirement).toBeUndefined();
      t.cluster.change(longhornVolumes, 'longhorn-system', volumeOf('orders'), {
        status: { cloneStatus: { state: 'completed' } },
      });
      await t.isGone('debian-12');
    });
  });
});
