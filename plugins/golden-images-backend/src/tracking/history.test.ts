import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { keyOf, useTracking } from './__testUtils__/useTracking';

jest.setTimeout(30_000);

const { claims, dataVolumes } = RESOURCES;
const databases = testDatabases();
const DAY_MS = 24 * 3_600_000;

describe('history of objects', () => {
  const scene = useTracking(databases, 'SQLITE_3');

  const start = async () => {
    await scene.start();
    await scene.isConnected();
  };

  const history = async (name: string) =>
    (await scene.tracking.listActivity(keyOf(name), { limit: 50 })).items;
  const last = (name: string, action: string) =>
    until(`${name}: ${action}`, async () => {
      const [line] = await history(name);
      return line?.action === action && line;
    });

  it('says that an object is gone, and in which state it was', async () => {
    const claim = scene.world.boundClaim(IMAGES, 'orders-disk', {
      annotations: {
        'golden-images.backstage.io/entity-ref': 'component:default/orders',
      },
    });
    await start();
    await until('it is usable', async () => {
      const row = await scene.volume('orders-disk');
      return row?.object.state === 'usable';
    });
    scene.timing.pass(5_000);
    scene.cluster.remove(claims, IMAGES, 'orders-disk');
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
    expect(await scene.volume('orders-disk')).toBeUndefined();
  });

  it('says so too of what went while nobody looked, and of what came in its place', async () => {
    const uid = scene.world.boundClaim(IMAGES, 'a', {}).metadata.uid;
    scene.world.boundClaim(IMAGES, 'b', {});
    await start();
    await until(
      'both are there',
      async () => (await scene.volume('b')) && scene.volume('a'),
    );
    await scene.tracking.stop();
    for (const name of ['a', 'b']) scene.cluster.remove(claims, IMAGES, name);
    const another = scene.world.boundClaim(IMAGES, 'a', {}).metadata.uid;
    await start();
    expect(await last('a', 'deleted')).toMatchObject({ uid });
    await last('b', 'deleted');
    expect((await scene.volume('a'))?.object.uid).toBe(another);
  });

  it('says when an object needs a person, once', async () => {
    scene.world.requestImport('debian', '12');
    await start();
    const fail = (restartCount: number) =>
      scene.cluster.change(dataVolumes, IMAGES, 'debian-12', {
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
      const row = await scene.image('debian-12');
      return row?.object.attempts === 2;
    });
    expect(await history('debian-12')).toEqual([line]);
  });

  it('does not take for deleted what may not be read any more', async () => {
    scene.world.boundClaim(IMAGES, 'a', {});
    await start();
    await until('it is there', () => scene.volume('a'));
    scene.cluster.forbid(claims);
    await until('it is not shown any more', async () => {
      scene.timing.pass(1_000);
      return !(await scene.volume('a'));
    });
    expect(await history('a')).toEqual([]);
    scene.cluster.permit(claims);
    await until('it is shown again', async () => {
      scene.timing.pass(1_000);
      return scene.volume('a');
    });
    expect(await history('a')).toEqual([]);
  });

  it('is forgotten when the object has been gone for the configured time', async () => {
    for (const name of ['gone', 'alive']) {
      scene.world.boundClaim(IMAGES, name, {});
    }
    await start();
    await until('both are there', async () => {
      return (await scene.volume('gone')) && scene.volume('alive');
    });
    const request = {
      cluster: 'c1',
      namespace: IMAGES,
      kind: 'volume' as const,
    };
    for (const name of ['gone', 'alive']) {
      await scene.tracking.recordActivity({
        ...request,
        name,
        action: 'clone-requested',
        message: `${name} requested`,
      });
    }
    scene.timing.pass(80 * DAY_MS);
    scene.cluster.remove(claims, IMAGES, 'gone');
    await last('gone', 'deleted');
    scene.timing.pass(91 * DAY_MS);
    await until('it is forgotten', async () => {
      scene.timing.pass(1_000);
      return (await history('gone')).length === 0;
    });
    expect(await history('alive')).toHaveLength(1);
  });
});
