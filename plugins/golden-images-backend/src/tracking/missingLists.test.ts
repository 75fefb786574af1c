import { setImmediate as nextTurn } from 'node:timers/promises';
import { ViewStore } from '../database';
import { RESOURCES, type ResourceType } from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { keyOf, useTracking } from './__testUtils__/useTracking';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { claims, dataSources, dataVolumes, events } = RESOURCES;
const { longhornVolumes, namespaces, persistentVolumes } = RESOURCES;
const databases = testDatabases();

describe('tracking while one list does not come', () => {
  const scene = useTracking(databases, 'SQLITE_3');
  beforeEach(() => {
    scene.world.requestImport('debian', '12');
    scene.world.finishImport('debian-12');
    scene.world.clone('orders-disk', 'debian-12', {
      state: 'completed',
      actualSize: 1000,
    });
  });

  const status = async () => (await scene.tracking.clusterStatus('c1'))[0];
  const orders = async () => (await scene.volume('orders-disk'))?.object;
  /** Time passes second by second, as long as the probe finds nothing. */
  const passUntil = <T>(
    what: string,
    probe: () => Promise<T | undefined | false>,
  ) =>
    until(what, async () => {
      scene.timing.pass(1_000);
      return probe();
    });
  const missing = (feature: string) =>
    passUntil(`${feature} is missing`, async () => {
      const now = await status();
      const found = now.missing.find(item => item.feature === feature);
      return now.connection === 'connected' && found;
    });
  const startSilent = async (type: ResourceType) => {
    scene.cluster.silence(type);
    await scene.start();
  };

  it('goes on without the volumes of Longhorn, and says what is not known', async () => {
    await startSilent(longhornVolumes);
    expect(await missing('copy-state')).toEqual({
      feature: 'copy-state',
      reason: 'volumes: ECONNRESET',
    });
    await until('its row is there', orders);
    expect(await orders()).toMatchObject({
      state: 'unknown',
      reason: 'bound-copy-state-unknown',
    });
    await scene.imageIn('debian-12', 'ready');

    // However long it takes: nothing is called lost, nor its source gone.
    for (let second = 0; second < 300; second++) scene.timing.pass(1_000);
    scene.world.clone('later-disk', 'debian-12', {
      state: 'initiated',
      actualSize: 0,
    });
    await until('another is seen', () => scene.volume('later-disk'));
    expect((await scene.volume('later-disk'))?.object.state).toBe('unknown');
    expect((await orders())?.state).toBe('unknown');

    scene.cluster.hearAgain(longhornVolumes);
    await passUntil(
      'the copy is seen',
      async () => (await orders())?.state === 'usable',
    );
    expect((await status()).missing).toEqual([]);
    expect((await scene.volume('later-disk'))?.object.state).toBe('copying');
  });

  it('waits for a list that is late, and shows nothing as unknown meanwhile', async () => {
    await scene.start();
    await until('usable', async () => (await orders())?.state === 'usable');
    await scene.tracking.stop();
    await startSilent(longhornVolumes);
    for (let second = 0; second < 20; second++) {
      scene.timing.pass(1_000);
      await new Promise(resolve => setImmediate(resolve));
      expect((await orders())?.state).toBe('usable');
    }
    const states = new Set<string | undefined>();
    scene.cluster.hearAgain(longhornVolumes);
    await passUntil('connected', async () => {
      states.add((await orders())?.state);
      return (await status()).connection === 'connected';
    });
    await scene.tracking.refresh(keyOf('orders-disk'));
    states.add((await orders())?.state);
    expect([...states]).toEqual(['usable']);
  });

  it('shows of volumes of Longhorn nothing that an earlier tracker has seen', async () => {
    await scene.start();
    await until('usable', async () => (await orders())?.state === 'usable');
    expect((await orders())?.longhorn).toBeDefined();
    await scene.tracking.stop();
    await startSilent(longhornVolumes);
    await missing('copy-state');
    const row = await until('it is unknown', async () => {
      const now = await orders();
      return now?.state === 'unknown' && now.longhorn === undefined && now;
    });
    expect(row.sizes.usedBytes).toBeUndefined();
  });

  it('calls nothing lost or copying because PersistentVolumes are not listed', async () => {
    await startSilent(persistentVolumes);
    await missing('sizes');
    await until('its row is there', orders);
    expect(await orders()).toMatchObject({
      state: 'unknown',
      reason: 'bound-copy-state-unknown',
    });
    expect((await scene.image('debian-12'))?.object).toMatchObject({
      state: 'ready',
      sizes: { capacityBytes: 10 * 1024 ** 3 },
    });
    for (let second = 0; second < 120; second++) scene.timing.pass(1_000);
    expect((await orders())?.state).toBe('unknown');
    scene.cluster.hearAgain(persistentVolumes);
    await passUntil(
      'the copy is seen',
      async () => (await orders())?.state === 'usable',
    );
  });

  it('knows no current version, and no owners, of lists that do not come', async () => {
    await scene.start();
    await until(
      'it is current',
      async () => (await scene.image('debian-12'))?.object.current,
    );
    await scene.tracking.stop();
    scene.cluster.silence(dataSources);
    scene.cluster.silence(namespaces);
    await scene.start();
    await missing('aliases');
    await missing('namespaces');
    await until(
      'it is not called current',
      async () => (await scene.image('debian-12'))?.object.current === false,
    );
    expect(await scene.tracking.reader.listNamespaces({})).toEqual([]);
    scene.cluster.hearAgain(dataSources);
    scene.cluster.hearAgain(namespaces);
    await passUntil(
      'it is current again',
      async () => (await scene.image('debian-12'))?.object.current,
    );
    await passUntil(
      'the namespaces are there',
      async () => (await scene.tracking.reader.listNamespaces({})).length === 2,
    );
  });

  it('remembers what events have told, which stays true without their list', async () => {
    const claim = scene.cluster.put(claims, {
      metadata: { name: 'stuck', namespace: IMAGES },
      spec: { accessModes: ['ReadWriteOnce'] },
      status: { phase: 'Pending' },
    });
    scene.cluster.put(events, {
      metadata: { name: 'stuck.1', namespace: IMAGES },
      involvedObject: {
        kind: 'PersistentVolumeClaim',
        namespace: IMAGES,
        name: 'stuck',
        uid: claim.metadata.uid,
      },
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: 'no space on any disk',
      lastTimestamp: new Date(scene.timing.nowMs()).toISOString(),
    });
    const stuck = async () => (await scene.volume('stuck'))?.object.state;
    await scene.start();
    await until('it fails', async () => (await stuck()) === 'failing');
    await scene.tracking.stop();
    await startSilent(events);
    await missing('events');
    await until(
      'it was derived anew',
      async () => (await status()).connection === 'connected',
    );
    expect(await stuck()).toBe('failing');
  });

  it('forgets nothing while the lists that matter have not come either', async () => {
    await scene.start();
    await until('usable', async () => (await orders())?.state === 'usable');
    await scene.tracking.stop();
    const kept = () => scene.knex('object_views').where({ cluster: 'c1' });
    const before = (await kept()).length;
    scene.cluster.goDown();
    await scene.start();
    for (let second = 0; second < 120; second++) {
      scene.timing.pass(1_000);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(await status()).toMatchObject({
      connection: 'unreachable',
      missing: [],
    });
    expect((await kept()).length).toBe(before);
    expect((await orders())?.state).toBe('usable');
  });

  it('derives nothing without the list of claims, or of DataVolumes', async () => {
    for (const type of [claims, dataVolumes]) {
      await startSilent(type);
      await passUntil(
        'unreachable',
        async () => (await status()).connection === 'unreachable',
      );
      for (let second = 0; second < 120; second++) scene.timing.pass(1_000);
      expect(await orders()).toBeUndefined();
      expect((await status()).connection).toBe('unreachable');
      await scene.tracking.stop();
      scene.cluster.hearAgain(type);
    }
  });

  it('does not know more of what was refused because it then fails otherwise', async () => {
    scene.cluster.forbid(longhornVolumes);
    await scene.start();
    await until('unknown', async () => (await orders())?.state === 'unknown');
    scene.cluster.permit(longhornVolumes);
    scene.cluster.silence(longhornVolumes);
    await passUntil('it is tried again', async () =>
      (await status()).missing.some(({ reason }) => /RESET/.test(reason)),
    );
    const states = new Set<string | undefined>();
    for (let second = 0; second < 120; second++) {
      scene.timing.pass(1_000);
      await new Promise(resolve => setImmediate(resolve));
      states.add((await orders())?.state);
    }
    expect([...states]).toEqual(['unknown']);
  });

  it('reads and writes nothing any more after its end, also where it had just begun', async () => {
    let goOn = () => {};
    const gate = new Promise<void>(resolve => {
      goOn = resolve;
    });
    const held = jest
      .spyOn(ViewStore.prototype, 'keysOutsideFeeds')
      .mockImplementation(async () => {
        await gate;
        return [];
      });
    await scene.start();
    await until('it is about to begin', async () => held.mock.calls.length > 0);
    let hasStopped = false;
    const stopping = scene.tracking.stop().then(() => {
      hasStopped = true;
    });
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(hasStopped).toBe(false);
    goOn();
    await stopping;
    held.mockRestore();
    const asked: string[] = [];
    scene.knex.on('query', ({ sql }) => asked.push(sql));
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(asked).toEqual([]);
    expect(await orders()).toBeUndefined();
  });
});
