import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import { TestTiming } from './__testUtils__/TestTiming';
import { World } from './__testUtils__/world';

jest.setTimeout(30_000);

const { claims, dataVolumes } = RESOURCES;
const databases = testDatabases();
const DAY_MS = 24 * 3_600_000;

describe('history of objects', () => {
  let knex: Knex;
  let cluster: FakeCluster;
  let world: World;
  let timing: TestTiming;
  let tracking: Tracking;

  beforeEach(async () => {
    knex = await databases.init('SQLITE_3');
    cluster = new FakeCluster();
    world = new World(cluster);
    timing = new TestTiming();
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  async function start() {
    ({ tracking } = await startTracking(knex, [cluster], timing));
    await until('connected', async () => {
      const [{ connection }] = await tracking.clusterStatus();
      return connection === 'connected';
    });
  }

  const history = async (name: string) =>
    (
      await tracking.listActivity(
        { cluster: 'c1', namespace: IMAGES, name },
        { limit: 50 },
      )
    ).items;
  const last = (name: string, action: string) =>
    until(`${name}: ${action}`, async () => {
      const [line] = await history(name);
      return line?.action === action && line;
    });
  const volume = (name: string) =>
    tracking.reader.getVolume({ cluster: 'c1', namespace: IMAGES, name });

  it('says that an object is gone, and in which state it was', async () => {
    const claim = world.boundClaim(IMAGES, 'orders-disk', {
      annotations: {
        'golden-images.backstage.io/entity-ref': 'component:default/orders',
      },
    });
    await start();
    await until('it is usable', async () => {
      const row = await volume('orders-disk');
      return row?.object.state === 'usable';
    });
    timing.pass(5_000);
    cluster.remove(claims, IMAGES, 'orders-disk');
    expect(await last('orders-disk', 'deleted')).toEqual({
      cluster: 'c1',
      namespace: IMAGES,
      name: 'orders-disk',
      kind: 'volume',
      uid: claim.metadata.uid,
      action: 'deleted',
      actor: undefined,
      entityRef: 'component:default/orders',
      message: 'orders-disk is gone from the cluster; it was usable',
      at: '2026-11-23T00:00:05.000Z',
    });
    expect(await volume('orders-disk')).toBeUndefined();
  });

  it('says so too of what went while nobody looked, and of what came in its place', async () => {
    const uid = world.boundClaim(IMAGES, 'a', {}).metadata.uid;
    world.boundClaim(IMAGES, 'b', {});
    await start();
    await until(
      'both are there',
      async () => (await volume('b')) && volume('a'),
    );
    await tracking.stop();
    for (const name of ['a', 'b']) cluster.remove(claims, IMAGES, name);
    const another = world.boundClaim(IMAGES, 'a', {}).metadata.uid;
    await start();
    expect(await last('a', 'deleted')).toMatchObject({ uid });
    await last('b', 'deleted');
    expect((await volume('a'))?.object.uid).toBe(another);
  });

  it('says when an object needs a person, once', async () => {
    world.requestImport('debian', '12');
    await start();
    const fail = (restartCount: number) =>
      cluster.change(dataVolumes, IMAGES, 'debian-12', {
        status: {
          phase: 'ImportInProgress',
          progress: 'N/A',
          restartCount,
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message:
                'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found',
            },
          ],
        },
      });
    fail(1);
    const line = await last('debian-12', 'failing');
    expect(line).toMatchObject({
      kind: 'image',
      message: expect.stringMatching(/^debian-12 needs a person: .*404/),
    });
    fail(2);
    await until('the next attempt is shown', async () => {
      const row = await tracking.reader.getImage({
        cluster: 'c1',
        namespace: IMAGES,
        name: 'debian-12',
      });
      return row?.object.attempts === 2;
    });
    expect(await history('debian-12')).toEqual([line]);
  });

  it('does not take for deleted what may not be read any more', async () => {
    world.boundClaim(IMAGES, 'a', {});
    await start();
    await until('it is there', () => volume('a'));
    cluster.forbid(claims);
    await until('it is not shown any more', async () => {
      timing.pass(1_000);
      return !(await volume('a'));
    });
    expect(await history('a')).toEqual([]);
    cluster.permit(claims);
    await until('it is shown again', async () => {
      timing.pass(1_000);
      return volume('a');
    });
    expect(await history('a')).toEqual([]);
  });

  it('is forgotten when the object has been gone for the configured time', async () => {
    for (const name of ['gone', 'alive']) {
      world.boundClaim(IMAGES, name, {});
    }
    await start();
    await until('both are there', async () => {
      return (await volume('gone')) && volume('alive');
    });
    const request = {
      cluster: 'c1',
      namespace: IMAGES,
      kind: 'volume' as const,
    };
    for (const name of ['gone', 'alive']) {
      await tracking.recordActivity({
        ...request,
        name,
        action: 'clone-requested',
        message: `${name} requested`,
      });
    }
    timing.pass(80 * DAY_MS);
    cluster.remove(claims, IMAGES, 'gone');
    await last('gone', 'deleted');
    timing.pass(91 * DAY_MS);
    await until('it is forgotten', async () => {
      timing.pass(1_000);
      return (await history('gone')).length === 0;
    });
    expect(await history('alive')).toHaveLength(1);
  });
});
