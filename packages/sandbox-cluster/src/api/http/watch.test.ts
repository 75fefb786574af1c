import { ApiClient } from '../__testUtils__/ApiClient';
import { ManualClock } from '../__testUtils__/ManualClock';
import {
  CONFIG_MAPS,
  configMap,
  makeNamespace,
} from '../__testUtils__/objects';
import { startApiServer, type ApiServer } from '../startApiServer';

describe('watches', () => {
  let server: ApiServer;
  let client: ApiClient;
  let clock: ManualClock;

  const start = async (watchCacheSize?: number) => {
    clock = new ManualClock();
    server = await startApiServer({ clock, watchCacheSize });
    client = new ApiClient(server.url, 'admin');
    await makeNamespace(client);
  };

  const revision = async () =>
    (await client.get(CONFIG_MAPS)).body.metadata.resourceVersion;

  afterEach(() => server.close());

  it('sends every change at once, and what was missed', async () => {
    await start();
    await client.post(CONFIG_MAPS, configMap('before'));
    const from = await revision();
    await client.post(CONFIG_MAPS, configMap('a'));
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}`,
    );
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: { kind: 'ConfigMap', metadata: { name: 'a' } },
    });
    const patched = await client.patch(`${CONFIG_MAPS}/a`, {
      data: { key: 'b' },
    });
    expect(await watch.next()).toEqual({
      type: 'MODIFIED',
      object: patched.body,
    });
    await client.delete(`${CONFIG_MAPS}/a`);
    const deleted = await watch.next();
    expect(deleted).toMatchObject({
      type: 'DELETED',
      object: { data: { key: 'b' } },
    });
    expect(Number(deleted?.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(patched.body.metadata.resourceVersion),
    );
    watch.close();
  });

  it('shows what a selector lets in and out as ADDED and DELETED', async () => {
    await start();
    await client.post(CONFIG_MAPS, configMap('a'));
    const from = await revision();
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}&labelSelector=on%3Dyes`,
    );
    await client.patch(`${CONFIG_MAPS}/a`, {
      metadata: { labels: { on: 'yes' } },
    });
    await client.patch(`${CONFIG_MAPS}/a`, { data: { key: 'x' } });
    const last = await client.patch(`${CONFIG_MAPS}/a`, {
      metadata: { labels: { on: 'no' } },
    });
    const events = [await watch.next(), await watch.next(), await watch.next()];
    expect(events.map(event => event?.type)).toEqual([
      'ADDED',
      'MODIFIED',
      'DELETED',
    ]);
    expect(events[2]?.object.metadata).toMatchObject({
      labels: { on: 'yes' },
      resourceVersion: last.body.metadata.resourceVersion,
    });
    watch.close();
  });

  it('answers 410 within the stream when changes are forgotten', async () => {
    await start(4);
    const from = await revision();
    for (let index = 0; index < 10; index++) {
      await client.post(CONFIG_MAPS, configMap(`c${index}`));
    }
    const tooOld = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${from}`,
    );
    expect(tooOld.status).toBe(200);
    expect(await tooOld.rest()).toMatchObject([
      { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
    ]);
    const recent = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${await revision()}`,
    );
    await client.post(CONFIG_MAPS, configMap('next'));
    expect((await recent.next())?.object.metadata.name).toBe('next');
    recent.close();
  });

  it('sends bookmarks each minute and before it ends', async () => {
    await start();
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${await revision()}&allowWatchBookmarks=true&timeoutSeconds=90`,
    );
    await makeNamespace(client, 'elsewhere');
    clock.advance(60_000);
    const now = await revision();
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: now },
      },
    });
    clock.advance(30_000);
    expect((await watch.rest()).map(({ type }) => type)).toEqual(['BOOKMARK']);
  });

  it('sends what there is first when asked, and says where that ends', async () => {
    await start();
    await client.post(CONFIG_MAPS, configMap('a'));
    await client.post(CONFIG_MAPS, configMap('b'));
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`,
    );
    clock.advance(1_000);
    const events = await watch.rest();
    expect(events.map(({ type }) => type)).toEqual([
      'ADDED',
      'ADDED',
      'BOOKMARK',
    ]);
    expect(events[2].object.metadata.annotations).toEqual({
      'k8s.io/initial-events-end': 'true',
    });
  });

  it('sends nothing of a time before the revision that was asked for', async () => {
    await start();
    const future = Number(await revision()) + 2;
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${future}`,
    );
    for (const name of ['a', 'b', 'c'])
      await client.post(CONFIG_MAPS, configMap(name));
    expect((await watch.next())?.object.metadata.name).toBe('c');
    watch.close();
  });

  it('ends with the server', async () => {
    await start();
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1`);
    await server.close();
    await expect(watch.rest()).resolves.toEqual([]);
    await start();
  });
});
