import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './__testUtils__/ApiClient';
import {
  CLAIMS,
  claim,
  CONFIG_MAPS,
  configMap,
  DATA_VOLUMES,
  dataVolume,
  makeNamespace,
} from './__testUtils__/objects';
import { startApiServer, type ApiServer } from './startApiServer';

describe('an API server with a folder', () => {
  let dataDir: string;
  let server: ApiServer;
  let client: ApiClient;

  const start = async () => {
    server = await startApiServer({ dataDir, controllerDelayMs: 1 });
    client = new ApiClient(server.url, 'admin');
  };

  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' });

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'api-server-'));
    await start();
    await makeNamespace(client);
  });

  afterEach(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true });
  });

  it('finds everything again, with uids and resourceVersions', async () => {
    await client.post(CLAIMS, claim('disk'));
    await client.post(DATA_VOLUMES, dataVolume('image'));
    await client.patch(`${DATA_VOLUMES}/image/status`, {
      status: { phase: 'Succeeded' },
    });
    await client.post(CONFIG_MAPS, configMap('gone'));
    await client.delete(`${CONFIG_MAPS}/gone`);
    const before = await client.get(`${DATA_VOLUMES}/image`);
    const revision = Number(
      (await client.get(CLAIMS)).body.metadata.resourceVersion,
    );
    await server.close();
    await start();

    expect((await client.get(`${DATA_VOLUMES}/image`)).body).toEqual(
      before.body,
    );
    expect((await client.get(`${CLAIMS}/disk`)).status).toBe(200);
    expect((await client.get(`${CONFIG_MAPS}/gone`)).status).toBe(404);
    expect((await client.get('/api/v1/namespaces/team')).status).toBe(200);
    const later = await client.post(CONFIG_MAPS, configMap('later'));
    expect(Number(later.body.metadata.resourceVersion)).toBeGreaterThan(
      revision,
    );
  });

  it('has a write on disk before it answers', async () => {
    const made = await client.post(CONFIG_MAPS, configMap('kept'));
    const path = join(dataDir, 'objects/configmaps/team/kept.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(made.body);
    await client.delete(`${CONFIG_MAPS}/kept`);
    expect(filesIn(dataDir)).not.toContain('objects/configmaps/team/kept.json');
  });

  it('gives no revision twice after a crash, and removes what it left behind', async () => {
    const made = await client.post(CONFIG_MAPS, configMap('last'));
    // A crash: the folder as it is now, without what closing writes.
    const revisionFile = readFileSync(join(dataDir, 'revision.json'), 'utf8');
    await client.delete(`${CONFIG_MAPS}/last`);
    await server.close();
    writeFileSync(join(dataDir, 'revision.json'), revisionFile);
    writeFileSync(
      join(dataDir, 'objects/configmaps/team/half.json.7.tmp'),
      '{"half',
    );
    await start();

    expect(filesIn(dataDir).filter(name => name.endsWith('.tmp'))).toEqual([]);
    const next = await client.post(CONFIG_MAPS, configMap('next'));
    expect(Number(next.body.metadata.resourceVersion)).toBeGreaterThan(
      Number(made.body.metadata.resourceVersion) + 1,
    );
  });

  it('keeps objects with names that are longer than file names may be', async () => {
    const name = `${'a'.repeat(240)}.${'b'.repeat(12)}`;
    const other = `${'a'.repeat(240)}.${'c'.repeat(12)}`;
    for (const each of [name, other]) {
      expect((await client.post(CONFIG_MAPS, configMap(each))).status).toBe(
        201,
      );
    }
    await server.close();
    await start();
    for (const each of [name, other]) {
      expect((await client.get(`${CONFIG_MAPS}/${each}`)).status).toBe(200);
    }
  });

  it('goes on with deletions that a stop interrupted', async () => {
    await client.post(
      CONFIG_MAPS,
      configMap('held', { finalizers: ['test.example/hold'] }),
    );
    await client.delete('/api/v1/namespaces/team');
    await server.close();
    await start();
    expect(
      (await client.get('/api/v1/namespaces/team')).body.status,
    ).toMatchObject({ phase: 'Terminating' });
    const watch = await client.watch(
      '/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3Dteam',
    );
    await client.patch(`${CONFIG_MAPS}/held`, {
      metadata: { finalizers: null },
    });
    let event = await watch.next();
    while (event && event.type !== 'DELETED') event = await watch.next();
    expect(event?.object.metadata.name).toBe('team');
    watch.close();
  });

  it('names the file that it cannot read', async () => {
    await client.post(CONFIG_MAPS, configMap('broken'));
    await server.close();
    const path = join(dataDir, 'objects/configmaps/team/broken.json');
    writeFileSync(path, '{');
    await expect(start()).rejects.toThrow(`${path} is not JSON`);
    rmSync(path);
    await start();
  });
});
