import type { Image } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import {
  DatabaseReader,
  LeaseLostError,
  LeaseStore,
  StatusStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
  type TrackedRecord,
  type ViewRecord,
} from './index';
import { volumeRecord } from './__testUtils__/records';
import { testDatabases } from './__testUtils__/testDatabases';

jest.setTimeout(60_000);

const databases = testDatabases();

async function setUp(id: Parameters<typeof databases.init>[0]) {
  const knex = await databases.init(id);
  await migrateDatabase({ getClient: async () => knex });
  const leases = new LeaseStore(knex);
  const fence = await leases.take('c1', 'one', undefined, 0);
  if (!fence) throw new Error('the first lease is free');
  const views = new ViewStore(knex);
  const statuses = new StatusStore(knex);
  return {
    knex,
    leases,
    fence,
    views,
    statuses,
    tracked: new TrackedStore(knex),
    reader: new DatabaseReader(knex, { views, statuses }),
  };
}

const CLAIMS = { id: 'claims', kind: 'PersistentVolumeClaim' };

function claim(name: string, over: Partial<ViewRecord> = {}): ViewRecord {
  return {
    kind: 'PersistentVolumeClaim',
    objectKey: `ns/${name}`,
    feed: 'claims',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    links: { volumeName: `pv-${name}` },
    seenAtMs: 1000,
    document: { name },
    ...over,
  };
}

function image(name: string, over: Partial<Image> = {}): TrackedRecord {
  return {
    tracked: {
      object: {
        kind: 'image',
        cluster: 'c1',
        namespace: 'images',
        name,
        image: 'debian',
        state: 'ready',
        ours: true,
        current: false,
        verified: 'none',
        protection: 'advisory',
        sizes: {},
        accessModes: [],
        observedAt: '',
        ...over,
      },
      giveUp: false,
      stage: 'usable',
      readyBefore: true,
    },
    memory: { uid: 'u' },
    seenAtMs: 0,
  };
}

describe.each(databases.eachSupportedId())('stores on %s', id => {
  let knex: Knex;
  let stores: Awaited<ReturnType<typeof setUp>>;

  beforeEach(async () => {
    stores = await setUp(id);
    knex = stores.knex;
  });
  afterEach(async () => {
    await knex.destroy();
  });

  it('migrates down again', async () => {
    await knex.migrate.rollback({ directory: `${__dirname}/../../migrations` });
    expect(await knex.schema.hasTable('object_views')).toBe(false);
  });

  describe('views', () => {
    it('reports and writes only what differs', async () => {
      const { views, fence } = stores;
      const first = await views.apply(fence, [claim('a'), claim('b')], []);
      expect(first.map(change => change.objectKey)).toEqual(['ns/a', 'ns/b']);
      expect(first[0].before).toBeUndefined();

      const second = await views.apply(
        fence,
        [claim('a', { document: {} }), claim('b', { resourceVersion: '2' })],
        [],
      );
      expect(second).toHaveLength(1);
      expect(second[0]).toMatchObject({
        objectKey: 'ns/b',
        before: { resourceVersion: '1', links: { volumeName: 'pv-b' } },
        after: { resourceVersion: '2' },
      });
      const kept = await views.find(
        'c1',
        'PersistentVolumeClaim',
        'object_key',
        ['ns/a', 'ns/b'],
      );
      expect(kept.find(view => view.name === 'a')?.document).toEqual({
        name: 'a',
      });
    });

    it('leaves a newer object of the same name when an older one is deleted', async () => {
      const { views, fence } = stores;
      await views.apply(fence, [claim('a', { uid: 'new' })], []);
      const kind = 'PersistentVolumeClaim';
      expect(
        await views.apply(fence, [], [{ kind, objectKey: 'ns/a', uid: 'old' }]),
      ).toEqual([]);
      const gone = await views.apply(
        fence,
        [],
        [{ kind, objectKey: 'ns/a', uid: 'new' }],
      );
      expect(gone).toMatchObject([{ before: { uid: 'new' } }]);
      expect(await views.keysOfFeed('c1', CLAIMS)).toEqual([]);
    });

    it('tells the objects of a list of one namespace from those of others', async () => {
      const { views, fence } = stores;
      const keys = ['ns/a', 'ns/b', 'ns-1/a', 'ns0/a', 'other/a'];
      await views.apply(
        fence,
        keys.map(objectKey => claim(objectKey, { objectKey })),
        [],
      );
      const found = await views.keysOfFeed('c1', {
        ...CLAIMS,
        namespace: 'ns',
      });
      expect(found.map(({ objectKey }) => objectKey).sort()).toEqual([
        'ns/a',
        'ns/b',
      ]);
    });

    it('handles more rows than one statement takes, and joins by links', async () => {
      const { views, fence } = stores;
      const many = Array.from({ length: 1203 }, (_, i) => claim(`c${i}`));
      expect(await views.apply(fence, many, [])).toHaveLength(1203);
      expect(await views.keysOfFeed('c1', CLAIMS)).toHaveLength(1203);
      const joined = await views.find(
        'c1',
        'PersistentVolumeClaim',
        'volume_name',
        many.map(view => view.links.volumeName ?? ''),
      );
      expect(joined).toHaveLength(1203);
      expect(await views.keysOutsideFeeds('c1', ['claims'])).toEqual([]);
      expect(await views.keysOutsideFeeds('c1', ['other'])).toHaveLength(1203);
    });
  });

  describe('leases', () => {
    it('gives a cluster to one of several that try at once', async () => {
      const { leases } = stores;
      const seen = await leases.read('c1');
      const taken = await Promise.all(
        ['x', 'y', 'z'].map(holder => leases.take('c1', holder, seen, 5)),
      );
      expect(taken.filter(Boolean)).toEqual([{ cluster: 'c1', token: 2 }]);
    });

    it('does not take a lease that was renewed meanwhile', async () => {
      const { leases, fence } = stores;
      const seen = await leases.read('c1');
      expect(await leases.renew(fence, 7)).toBe(true);
      expect(await leases.take('c1', 'two', seen, 8)).toBeUndefined();
    });

    it('refuses every write of a holder that was replaced', async () => {
      const { leases, fence, views, tracked, statuses } = stores;
      const next = await leases.take('c1', 'two', await leases.read('c1'), 9);
      expect(next?.token).toBe(2);
      expect(await leases.renew(fence, 10)).toBe(false);
      await expect(views.apply(fence, [claim('a')], [])).rejects.toThrow(
        LeaseLostError,
      );
      await expect(
        tracked.write(fence, [volumeRecord('v')], []),
      ).rejects.toThrow(LeaseLostError);
      await expect(
        statuses.write(fence, { connection: 'connected', missing: [] }, 1),
      ).rejects.toThrow(LeaseLostError);
      expect(await tracked.allKeys('c1')).toEqual([]);
      await leases.giveBack(fence);
      expect(await leases.read('c1')).toMatchObject({ holder: 'two' });
    });
  });

  describe('rows', () => {
    it('finds volumes by entity or by kubernetes id', async () => {
      const { tracked, fence, reader } = stores;
      await tracked.write(
        fence,
        [
          volumeRecord('by-ref', { entityRef: 'component:default/Orders' }),
          { ...volumeRecord('by-id'), kubernetesId: 'orders' },
          volumeRecord('other'),
        ],
        [],
      );
      const names = (
        await reader.listVolumes({
          entityRef: 'component:default/orders',
          kubernetesId: 'orders',
        })
      ).map(row => row.object.name);
      expect(names).toEqual(['by-id', 'by-ref']);
      expect(await reader.listVolumes({ cluster: 'c2' })).toEqual([]);
      expect(
        await reader.getVolume({
          cluster: 'c1',
          namespace: 'team-a',
          name: 'other',
        }),
      ).toMatchObject({ stage: 'bound', object: { name: 'other' } });
      expect(await reader.listImages({})).toEqual([]);
    });

    it('finds clones by source, versions by image and rows by due time', async () => {
      const { tracked, fence } = stores;
      await tracked.write(
        fence,
        [
          image('debian-1', { version: '1' }),
          image('debian-2', { version: '2' }),
          image('alpine', { image: 'alpine' }),
          {
            ...volumeRecord('clone'),
            sourceKey: 'images/debian-1',
            dueAtMs: 50,
          },
          { ...volumeRecord('late'), dueAtMs: 51 },
        ],
        [],
      );
      expect(await tracked.keysBySource('c1', ['images/debian-1'])).toEqual([
        'team-a/clone',
      ]);
      expect(
        (await tracked.versionsOf('c1', ['images/debian'])).map(
          row => row.tracked.object.name,
        ),
      ).toEqual(['debian-1', 'debian-2']);
      expect(await tracked.dueKeys('c1', 50, 10)).toEqual(['team-a/clone']);
      await tracked.write(fence, [], ['team-a/clone', 'images/alpine']);
      expect((await tracked.allKeys('c1')).sort()).toEqual([
        'images/debian-1',
        'images/debian-2',
        'team-a/late',
      ]);
      const loaded = await tracked.load('c1', ['team-a/late', 'no/such']);
      expect([...loaded.keys()]).toEqual(['team-a/late']);
      expect(loaded.get('team-a/late')).toMatchObject({
        dueAtMs: 51,
        memory: { uid: 'u' },
      });
    });

    it('says how fresh a row is: as its cluster, but at least as when it was seen', async () => {
      const { tracked, fence, reader, statuses } = stores;
      await tracked.write(
        fence,
        [
          {
            ...volumeRecord('v'),
            seenAtMs: Date.parse('2026-01-01T00:00:00Z'),
          },
        ],
        [],
      );
      const observedAt = async () =>
        (await reader.listVolumes({})).at(0)?.object.observedAt;
      expect(await observedAt()).toBe('2026-01-01T00:00:00.000Z');
      await statuses.write(
        fence,
        {
          connection: 'connected',
          observedAt: '2026-01-01T00:05:00.000Z',
          missing: [{ feature: 'x', reason: 'y' }],
        },
        3,
      );
      expect(await observedAt()).toBe('2026-01-01T00:05:00.000Z');
      expect((await statuses.read()).get('c1')).toEqual({
        status: {
          connection: 'connected',
          since: undefined,
          message: undefined,
          observedAt: '2026-01-01T00:05:00.000Z',
          missing: [{ feature: 'x', reason: 'y' }],
        },
        writtenAtMs: 3,
      });
    });

    it('lists namespaces', async () => {
      const { views, fence, reader } = stores;
      await views.apply(
        fence,
        [
          claim('team-a', {
            kind: 'Namespace',
            objectKey: 'team-a',
            document: {
              name: 'team-a',
              annotatedOwner: 'group:default/a',
              terminating: false,
            },
          }),
        ],
        [],
      );
      expect(await reader.listNamespaces({ cluster: 'c1' })).toEqual([
        {
          cluster: 'c1',
          name: 'team-a',
          annotatedOwner: 'group:default/a',
          terminating: false,
        },
      ]);
    });
  });
});
