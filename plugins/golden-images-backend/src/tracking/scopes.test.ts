import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import { TestTiming } from './__testUtils__/TestTiming';
import { World } from './__testUtils__/world';

jest.setTimeout(30_000);

const { claims } = RESOURCES;
const databases = testDatabases();
const NAMESPACES = [IMAGES, 'team-a', 'team-b'];

describe('tracking with Roles in single namespaces', () => {
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
    for (const namespace of [...NAMESPACES, 'team-c']) {
      world.boundClaim(namespace, `disk-of-${namespace}`, {});
    }
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  async function start(scope = NAMESPACES) {
    ({ tracking } = await startTracking(knex, [cluster], timing, { scope }));
    return until('connected', async () => {
      const [status] = await tracking.clusterStatus();
      return status.connection === 'connected' && status;
    });
  }
  const volumes = async () =>
    (await tracking.reader.listVolumes({})).map(({ object }) => object.name);
  const shown = (...namespaces: string[]) =>
    until(`those of ${namespaces}`, async () => {
      const names = await volumes();
      return names.join() === namespaces.map(name => `disk-of-${name}`).join();
    });
  const missing = async (namespace: string) => {
    const [status] = await tracking.clusterStatus();
    return status.missing.filter(({ reason }) => reason.includes(namespace));
  };

  it('follows each of them, and says what needs more', async () => {
    cluster.allowOnlyIn(NAMESPACES);
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
    world.boundClaim('team-b', 'second', {});
    await until('a change is seen', async () =>
      (await volumes()).includes('second'),
    );
  });

  it('never asks for all namespaces at once', async () => {
    cluster.allowOnlyIn(NAMESPACES);
    const listed = jest.spyOn(cluster, 'listPage');
    const watched = jest.spyOn(cluster, 'watch');
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
    cluster.allowOnlyIn([IMAGES, 'team-a']);
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
    cluster.allowOnlyIn(NAMESPACES);
    await until('the right that was given is used', async () => {
      timing.pass(5_000);
      return (await volumes()).includes('disk-of-team-b');
    });
    const left = await missing('team-b');
    expect(left.filter(({ feature }) => feature === 'volumes')).toEqual([]);
  });

  it('drops what left the scope, which is not deleted', async () => {
    await start();
    await shown(...NAMESPACES);
    await tracking.stop();
    await start([IMAGES, 'team-a']);
    await shown(IMAGES, 'team-a');
    const history = await tracking.listActivity(
      { cluster: 'c1', namespace: 'team-b' },
      { limit: 10 },
    );
    expect(history.items).toEqual([]);
    expect(
      await knex('object_views').where('feed', 'like', '%team-b%'),
    ).toEqual([]);
    expect(
      (await cluster.list(claims)).map(({ metadata }) => metadata.namespace),
    ).toContain('team-b');
  });
});
