import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { useTracking } from './__testUtils__/useTracking';

jest.setTimeout(30_000);

const { claims } = RESOURCES;
const databases = testDatabases();
const NAMESPACES = [IMAGES, 'team-a', 'team-b'];

describe('tracking with Roles in single namespaces', () => {
  const scene = useTracking(databases, 'SQLITE_3');
  beforeEach(() => {
    for (const namespace of [...NAMESPACES, 'team-c']) {
      scene.world.boundClaim(namespace, `disk-of-${namespace}`, {});
    }
  });

  const start = async (scope = NAMESPACES) => {
    await scene.start([scene.cluster], { scope });
    return scene.isConnected();
  };
  const volumes = async () =>
    (await scene.tracking.reader.listVolumes({})).map(
      ({ object }) => object.name,
    );
  const shown = (...namespaces: string[]) =>
    until(`those of ${namespaces}`, async () => {
      const names = await volumes();
      return names.join() === namespaces.map(name => `disk-of-${name}`).join();
    });
  const missing = async (namespace: string) => {
    const [status] = await scene.tracking.clusterStatus();
    return status.missing.filter(({ reason }) => reason.includes(namespace));
  };

  it('follows each of them, and says what needs more', async () => {
    scene.cluster.allowOnlyIn(NAMESPACES);
    const status = await start();
    await shown(...NAMESPACES);
    const features = new Set(status.missing.map(({ feature }) => feature));
    expect(features).toEqual(
      new Set([
        'copy-events',
        'copy-state',
        'namespaces',
        'sizes',
        'storage-classes',
      ]),
    );
    scene.world.boundClaim('team-b', 'second', {});
    await until('a change is seen', async () =>
      (await volumes()).includes('second'),
    );
  });

  it('never asks for all namespaces at once', async () => {
    scene.cluster.allowOnlyIn(NAMESPACES);
    const listed = jest.spyOn(scene.cluster, 'listPage');
    const watched = jest.spyOn(scene.cluster, 'watch');
    const status = await start();
    await shown(...NAMESPACES);
    const asked = [...listed.mock.calls, ...watched.mock.calls];
    const everywhere = asked.filter(
      ([type, scope]) => type.namespaced && scope.namespace === undefined,
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(everywhere.map(([type]) => type.resource)).toEqual([]);
    expect(status.missing).toContainEqual({
      feature: 'copy-state',
      reason: expect.stringContaining('volumes in longhorn-system'),
    });
  });

  it('shows a namespace that is refused, which is not fatal to the others', async () => {
    scene.cluster.allowOnlyIn([IMAGES, 'team-a']);
    await start();
    await shown(IMAGES, 'team-a');
    expect(await missing('team-b')).toEqual(
      expect.arrayContaining([
        {
          feature: 'volumes',
          reason:
            'persistentvolumeclaims in team-b: persistentvolumeclaims is forbidden: User "tracker" cannot list resource "persistentvolumeclaims" in the namespace "team-b"',
        },
      ]),
    );
    scene.cluster.allowOnlyIn(NAMESPACES);
    await until('the right that was given is used', async () => {
      scene.timing.pass(5_000);
      return (await volumes()).includes('disk-of-team-b');
    });
    const left = await missing('team-b');
    expect(left.filter(({ feature }) => feature === 'volumes')).toEqual([]);
  });

  it('drops what left the scope, which is not deleted', async () => {
    await start();
    await shown(...NAMESPACES);
    await scene.tracking.stop();
    await start([IMAGES, 'team-a']);
    await shown(IMAGES, 'team-a');
    const history = await scene.tracking.listActivity(
      { cluster: 'c1', namespace: 'team-b' },
      { limit: 10 },
    );
    expect(history.items).toEqual([]);
    expect(
      await scene.knex('object_views').where('feed', 'like', '%team-b%'),
    ).toEqual([]);
    expect(
      (await scene.cluster.list(claims)).map(
        ({ metadata }) => metadata.namespace,
      ),
    ).toContain('team-b');
  });
});
