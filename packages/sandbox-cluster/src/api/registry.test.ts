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

describe('writes', () => {
  let server: ApiServer;
  let client: ApiClient;

  beforeAll(async () => {
    server = await startApiServer();
    client = new ApiClient(server.url, 'admin');
    await makeNamespace(client);
  });

  afterAll(() => server.close());

  it('lets one of two concurrent updates win', async () => {
    await client.post(CONFIG_MAPS, configMap('contested'));
    const path = `${CONFIG_MAPS}/contested`;
    const { body } = await client.get(path);
    const answers = await Promise.all(
      ['a', 'b'].map(key => client.put(path, { ...body, data: { key } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const loser = answers.find(({ status }) => status === 409);
    expect(loser?.body).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "contested": the object has been modified; please apply your changes to the latest version and try again',
    });
    const stale = await client.patch(path, {
      metadata: { resourceVersion: body.metadata.resourceVersion },
      data: { key: 'c' },
    });
    expect(stale.status).toBe(409);
  });

  it('does not raise the revision for a change that changes nothing', async () => {
    const { body } = await client.post(CONFIG_MAPS, configMap('same'));
    const patched = await client.patch(`${CONFIG_MAPS}/same`, {
      data: { key: 'value' },
    });
    expect(patched.body).toEqual(body);
  });

  it('stores nothing on a dry run, and answers as if it had', async () => {
    const made = await client.post(
      `${CONFIG_MAPS}?dryRun=All`,
      configMap('dry'),
    );
    expect(made.status).toBe(201);
    expect(made.body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.body.metadata.resourceVersion).toBeUndefined();
    expect((await client.get(`${CONFIG_MAPS}/dry`)).status).toBe(404);
    await client.post(CONFIG_MAPS, configMap('dry'));
    expect((await client.delete(`${CONFIG_MAPS}/dry?dryRun=All`)).status).toBe(
      200,
    );
    expect((await client.get(`${CONFIG_MAPS}/dry`)).status).toBe(200);
  });

  it('writes the status of custom resources by /status alone, and counts generations', async () => {
    await client.post(DATA_VOLUMES, {
      ...dataVolume('image'),
      status: { phase: 'Succeeded' },
    });
    const path = `${DATA_VOLUMES}/image`;
    expect((await client.get(path)).body.status).toBeUndefined();
    await client.patch(path, { status: { phase: 'Succeeded' } });
    expect((await client.get(path)).body.status).toBeUndefined();
    const changed = await client.patch(`${path}/status`, {
      metadata: { labels: { not: 'written' } },
      status: { phase: 'ImportInProgress', unknown: 1 },
    });
    expect(changed.body.status).toEqual({ phase: 'ImportInProgress' });
    expect(changed.body.metadata).toMatchObject({ generation: 1 });
    expect(changed.body.metadata.labels).toBeUndefined();
    const labelled = await client.patch(path, {
      metadata: { labels: { a: 'b' } },
    });
    expect(labelled.body.metadata.generation).toBe(1);
    expect(labelled.body.status).toEqual({ phase: 'ImportInProgress' });
    const held = await client.patch(path, {
      metadata: { finalizers: ['test.example/hold'] },
    });
    expect(held.status).toBe(200);
    const deleted = await client.delete(path);
    expect(deleted.body.metadata.generation).toBe(2);
    await client.patch(path, { metadata: { finalizers: null } });
  });

  it('keeps an object until its last finalizer is gone, and takes no new ones meanwhile', async () => {
    const path = `${CONFIG_MAPS}/held`;
    await client.post(
      CONFIG_MAPS,
      configMap('held', { finalizers: ['a.example/x', 'b.example/x'] }),
    );
    const first = await client.delete(path);
    expect(first.body.metadata.deletionTimestamp).toMatch(/Z$/);
    const again = await client.delete(path);
    expect(again.body.metadata.resourceVersion).toBe(
      first.body.metadata.resourceVersion,
    );
    const added = await client.patch(path, {
      metadata: { finalizers: ['a.example/x', 'b.example/x', 'c.example/x'] },
    });
    expect(added.status).toBe(422);
    await client.patch(path, { metadata: { finalizers: ['b.example/x'] } });
    expect((await client.get(path)).status).toBe(200);
    await client.patch(path, { metadata: { finalizers: [] } });
    expect((await client.get(path)).status).toBe(404);
  });

  it('deletes only what a precondition means', async () => {
    const { body } = await client.post(CONFIG_MAPS, configMap('meant'));
    const path = `${CONFIG_MAPS}/meant`;
    const wrong = await client.delete(path, {
      preconditions: { uid: 'other' },
    });
    expect(wrong.status).toBe(409);
    const right = await client.delete(path, {
      preconditions: { uid: body.metadata.uid },
    });
    expect(right.body).toMatchObject({ kind: 'Status', status: 'Success' });
  });

  it('deletes a collection by selector', async () => {
    for (const name of ['s1', 's2', 's3']) {
      await client.post(
        CONFIG_MAPS,
        configMap(name, { labels: { set: name === 's3' ? 'no' : 'yes' } }),
      );
    }
    const deleted = await client.delete(
      `${CONFIG_MAPS}?labelSelector=set%3Dyes`,
    );
    expect(deleted.body.items.map(({ metadata }) => metadata.name)).toEqual([
      's1',
      's2',
    ]);
    expect((await client.get(`${CONFIG_MAPS}/s1`)).status).toBe(404);
    expect((await client.get(`${CONFIG_MAPS}/s3`)).status).toBe(200);
  });

  it('shrinks no claim below what it has, and grows none that is not bound', async () => {
    await client.post(CLAIMS, claim('sized'));
    const resize = (storage: string) =>
      client.patch(`${CLAIMS}/sized`, {
        spec: { resources: { requests: { storage } } },
      });
    expect((await resize('2Gi')).body.message).toContain(
      'spec is immutable after creation except resources.requests',
    );
    await client.patch(`${CLAIMS}/sized/status`, {
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    });
    expect((await resize('2Gi')).status).toBe(200);
    await client.patch(`${CLAIMS}/sized/status`, {
      status: { capacity: { storage: '2Gi' } },
    });
    expect((await resize('1Gi')).body.message).toBe(
      'PersistentVolumeClaim "sized" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    );
  });

  it('makes no DataVolume over the claim of another', async () => {
    await client.post(CLAIMS, claim('taken'));
    const refused = await client.post(DATA_VOLUMES, dataVolume('taken'));
    expect(refused.status).toBe(422);
    expect(refused.body.message).toBe(
      'admission webhook "datavolume-validate.cdi.kubevirt.io" denied the request:  Destination PVC team/taken already exists',
    );
    const adopting = dataVolume('taken', {
      annotations: { 'cdi.kubevirt.io/allowClaimAdoption': 'true' },
    });
    expect((await client.post(DATA_VOLUMES, adopting)).status).toBe(201);
  });

  it('takes a server-side apply apart from other managers', async () => {
    const apply = (
      manager: string,
      labels: Record<string, string>,
      force = '',
    ) =>
      client.patch(
        `${CONFIG_MAPS}/applied?fieldManager=${manager}${force}`,
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'applied', labels },
        },
        'apply-patch+yaml',
      );
    expect((await apply('one', { a: '1', b: '1' })).status).toBe(201);
    const again = await apply('one', { a: '1', b: '1' });
    expect(again.status).toBe(200);
    const conflicting = await apply('two', { a: '2', c: '2' });
    expect(conflicting.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "one": .metadata.labels.a',
    );
    await apply('two', { a: '2', c: '2' }, '&force=true');
    const less = await apply('one', { b: '3' });
    expect(less.body.metadata.labels).toEqual({ a: '2', b: '3', c: '2' });
    const nothing = await apply('two', {});
    expect(nothing.body.metadata.labels).toEqual({ b: '3' });
  });
});
