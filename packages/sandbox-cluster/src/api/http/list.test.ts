import { ApiClient, type Answer } from '../__testUtils__/ApiClient';
import {
  CONFIG_MAPS,
  configMap,
  makeNamespace,
} from '../__testUtils__/objects';
import { startApiServer, type ApiServer } from '../startApiServer';

const names = (answer: Answer) =>
  answer.body.items.map(({ metadata }) => metadata.name);

describe('lists', () => {
  let server: ApiServer;
  let client: ApiClient;

  beforeEach(async () => {
    server = await startApiServer({ watchCacheSize: 8 });
    client = new ApiClient(server.url, 'admin');
    await makeNamespace(client);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await client.post(CONFIG_MAPS, configMap(name));
    }
  });

  afterEach(() => server.close());

  it('shows all pages as they were when the first was read', async () => {
    const first = await client.get(`${CONFIG_MAPS}?limit=2`);
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.body.metadata.remainingItemCount).toBe(3);

    await client.delete(`${CONFIG_MAPS}/c`);
    await client.patch(`${CONFIG_MAPS}/d`, { data: { key: 'new' } });
    await client.post(CONFIG_MAPS, configMap('bb'));
    await client.delete(`${CONFIG_MAPS}/e`);
    await client.post(
      CONFIG_MAPS,
      configMap('e', { labels: { again: 'yes' } }),
    );

    const second = await client.get(
      `${CONFIG_MAPS}?limit=2&continue=${first.body.metadata.continue}`,
    );
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.body.items[1].data).toEqual({ key: 'value' });
    const third = await client.get(
      `${CONFIG_MAPS}?limit=2&continue=${second.body.metadata.continue}`,
    );
    expect(names(third)).toEqual(['e']);
    expect(third.body.items[0].metadata.labels).toBeUndefined();
    expect(third.body.metadata.continue).toBeUndefined();
    expect(third.body.metadata.resourceVersion).toBe(
      first.body.metadata.resourceVersion,
    );
    expect(names(await client.get(CONFIG_MAPS))).toEqual([
      'a',
      'b',
      'bb',
      'd',
      'e',
    ]);
  });

  it('answers 410 to a page of a forgotten revision, with a token to go on', async () => {
    const first = await client.get(`${CONFIG_MAPS}?limit=2`);
    for (let index = 0; index < 20; index++) {
      await client.patch(`${CONFIG_MAPS}/a`, { data: { key: String(index) } });
    }
    const gone = await client.get(
      `${CONFIG_MAPS}?limit=2&continue=${first.body.metadata.continue}`,
    );
    expect(gone.status).toBe(410);
    expect(gone.body.reason).toBe('Expired');
    const rest = await client.get(
      `${CONFIG_MAPS}?continue=${gone.body.metadata.continue}`,
    );
    expect(names(rest)).toEqual(['c', 'd', 'e']);
  });

  it('shows an exact earlier revision', async () => {
    const then = (await client.get(CONFIG_MAPS)).body.metadata.resourceVersion;
    await client.delete(`${CONFIG_MAPS}/a`);
    const exact = await client.get(
      `${CONFIG_MAPS}?resourceVersion=${then}&resourceVersionMatch=Exact`,
    );
    expect(names(exact)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(exact.body.metadata.resourceVersion).toBe(then);
    const newer = await client.get(
      `${CONFIG_MAPS}?resourceVersion=${then}&resourceVersionMatch=NotOlderThan`,
    );
    expect(names(newer)).toEqual(['b', 'c', 'd', 'e']);
  });

  it('keeps namespaces apart whose names begin alike', async () => {
    await makeNamespace(client, 'team-b');
    await client.post(
      '/api/v1/namespaces/team-b/configmaps',
      configMap('other'),
    );
    expect(names(await client.get(CONFIG_MAPS))).not.toContain('other');
    const all = await client.get('/api/v1/configmaps?limit=3');
    const rest = await client.get(
      `/api/v1/configmaps?continue=${all.body.metadata.continue}`,
    );
    expect([...names(all), ...names(rest)].sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'other',
    ]);
  });

  it('does not say what the items are in lists of core types', async () => {
    const { body } = await client.get(`${CONFIG_MAPS}?limit=1`);
    expect(body.kind).toBe('ConfigMapList');
    expect(Object.keys(body.items[0])).toEqual(['metadata', 'data']);
  });
});
