import { RESOURCES } from './index';
import { json, status, type Answer } from './__testUtils__/ScriptedApi';
import { DISK, clientsAndServers, refusal } from './__testUtils__/setUpClient';

const { claims, dataVolumes } = RESOURCES;

describe('DefaultClusterClient', () => {
  const { client: connect, setUp } = clientsAndServers();

  it('sends the token, and answers undefined for 404', async () => {
    const { api, client } = await setUp((_, response) =>
      json(response, 404, status(404, 'NotFound', 'not found')),
    );
    expect(await client.get(DISK)).toBeUndefined();
    expect(api.requests).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/namespaces/ns/persistentvolumeclaims/disk',
        headers: { authorization: 'Bearer secret' },
      },
    ]);
  });

  it.each(['404 page not found\n', '{"message":"no Route matched"}', ''])(
    'believes no proxy that a claim is gone: %j',
    async body => {
      const { client } = await setUp((_, response) => {
        response.writeHead(404);
        response.end(body);
      });
      expect((await refusal(client.get(DISK))).status).toBe(404);
      const uid = 'u1';
      expect((await refusal(client.delete(DISK, { uid }))).status).toBe(404);
    },
  );

  it('finds nothing of a kind that the cluster does not serve', async () => {
    const { client } = await setUp((_, response) => {
      response.writeHead(404);
      response.end('404 page not found\n');
    });
    expect(await client.get({ ...DISK, type: dataVolumes })).toBeUndefined();
  });

  it('keeps the path of the address, behind a proxy for example', async () => {
    const { api } = await setUp((_, response) =>
      json(response, 200, { metadata: { name: 'disk' } }),
    );
    const client = connect({
      name: 'c1',
      connection: { type: 'url', url: `${api.url}/k8s/clusters/c-1/` },
    });
    await client.get(DISK);
    expect(api.requests[0].path).toBe(
      '/k8s/clusters/c-1/api/v1/namespaces/ns/persistentvolumeclaims/disk',
    );
  });

  it('creates strictly, under our name, and hands warnings on', async () => {
    const { api, client } = await setUp((request, response) =>
      json(response, 201, JSON.parse(request.body), {
        warning: ['299 - "unknown field \\"x\\""', '299 - "deprecated"'],
      }),
    );
    const body = {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: { name: 'disk', namespace: 'ns' },
    };
    const created = await client.create(dataVolumes, body, { dryRun: true });
    expect(created).toEqual({
      object: body,
      warnings: ['unknown field "x"', 'deprecated'],
    });
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/apis/cdi.kubevirt.io/v1beta1/namespaces/ns/datavolumes',
      query: {
        dryRun: 'All',
        fieldManager: 'backstage-golden-images',
        fieldValidation: 'Strict',
      },
    });
  });

  it('patches with a precondition, and calls another uid a conflict', async () => {
    const { api, client } = await setUp((_, response) =>
      json(response, 422, {
        ...status(422, 'Invalid', 'metadata.uid: field is immutable'),
        details: {
          causes: [{ field: 'metadata.uid', message: 'field is immutable' }],
        },
      }),
    );
    const error = await refusal(
      client.patch(
        DISK,
        { metadata: { labels: { a: 'b' } } },
        { uid: 'u1', resourceVersion: '7' },
      ),
    );
    expect(error).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(api.requests[0].headers['content-type']).toBe(
      'application/merge-patch+json',
    );
    expect(JSON.parse(api.requests[0].body)).toEqual({
      metadata: { labels: { a: 'b' }, uid: 'u1', resourceVersion: '7' },
    });
  });

  describe('delete', () => {
    const conflict = status(409, 'Conflict', 'the UID does not match');
    const present =
      (uid: string): Answer =>
      (request, response) =>
        request.method === 'DELETE'
          ? json(response, 409, conflict)
          : json(response, 200, { metadata: { name: 'disk', uid } });

    it('asks for the uid that was meant', async () => {
      const { api, client } = await setUp((_, response) =>
        json(response, 200, { kind: 'Status', status: 'Success' }),
      );
      expect(await client.delete(DISK, { uid: 'u1' })).toBe(true);
      expect(JSON.parse(api.requests[0].body)).toMatchObject({
        propagationPolicy: 'Background',
        preconditions: { uid: 'u1' },
      });
    });

    it('says that it was gone when another object bears the name', async () => {
      const { client } = await setUp(present('u2'));
      expect(await client.delete(DISK, { uid: 'u1' })).toBe(false);
    });

    it('throws when the object itself has changed', async () => {
      const { client } = await setUp(present('u1'));
      const error = await refusal(
        client.delete(DISK, { uid: 'u1', resourceVersion: '3' }),
      );
      expect(error.status).toBe(409);
    });
  });

  it('only tries a deletion, wherever the API server looks for that', async () => {
    const { api, client } = await setUp((_, response) =>
      json(response, 200, { kind: 'Status', status: 'Success' }),
    );
    await client.delete(DISK, { uid: 'u1' }, { dryRun: true });
    const [{ method, query, body }] = api.requests;
    expect({ method, query }).toEqual({
      method: 'DELETE',
      query: { dryRun: 'All' },
    });
    expect(JSON.parse(body)).toMatchObject({
      kind: 'DeleteOptions',
      dryRun: ['All'],
      preconditions: { uid: 'u1' },
    });
  });

  it('keeps status, reason, causes and Retry-After of a refusal', async () => {
    const { client } = await setUp((_, response) =>
      json(
        response,
        429,
        {
          ...status(429, 'TooManyRequests', 'slow down'),
          details: { causes: [{ reason: 'x' }] },
        },
        { 'retry-after': '7' },
      ),
    );
    expect(await refusal(client.get(DISK))).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      message: 'slow down',
      causes: [{ reason: 'x' }],
      retryAfterSeconds: 7,
    });
  });

  it('takes refusals that are not a Status', async () => {
    const { client } = await setUp((_, response) => {
      response.writeHead(500);
      response.end('it broke\n');
    });
    expect(await refusal(client.get(DISK))).toMatchObject({
      status: 500,
      message: 'it broke',
    });
  });

  it('lists all pages, or as many objects as were asked for', async () => {
    const { api, client } = await setUp(({ query }, response) => {
      const start = Number(query.continue ?? 0);
      const count = Math.min(Number(query.limit), 700 - start);
      json(response, 200, {
        metadata: {
          resourceVersion: '9',
          continue: start + count < 700 ? String(start + count) : '',
        },
        items: Array.from({ length: count }, (_, i) => ({
          metadata: { name: `c${start + i}` },
        })),
      });
    });
    const all = await client.list(claims, { labelSelector: 'a=b' });
    expect(all).toHaveLength(700);
    expect(api.requests.map(request => request.query)).toEqual([
      { limit: '500', labelSelector: 'a=b' },
      { limit: '500', labelSelector: 'a=b', continue: '500' },
    ]);
    expect(await client.list(claims, { limit: 3 })).toHaveLength(3);
  });

  it('takes nothing for an empty list but a list', async () => {
    const { client } = await setUp((_, response) =>
      json(response, 200, { message: 'signed in' }),
    );
    expect(await refusal(client.list(claims))).toMatchObject({
      status: 0,
      message: 'The answer of the cluster is no list',
    });
  });

  it('says why no answer came', async () => {
    const { api, client } = await setUp(() => undefined, {
      responseTimeoutMs: 50,
    });
    expect(await refusal(client.get(DISK))).toMatchObject({
      status: 0,
      message: 'the cluster cannot be reached: no answer within 0.05 s',
    });
    await api.stop();
    expect(await refusal(client.get(DISK))).toMatchObject({
      status: 0,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('refuses answers without end', async () => {
    const { client } = await setUp(
      (_, response) => json(response, 200, { text: 'x'.repeat(2000) }),
      { maxBodyBytes: 1000 },
    );
    expect((await refusal(client.get(DISK))).message).toBe(
      'The answer is larger than 1000 bytes',
    );
  });

  it('asks for its own rights', async () => {
    const { api, client } = await setUp((request, response) =>
      json(response, 201, {
        ...JSON.parse(request.body),
        status: { allowed: true },
      }),
    );
    expect(await client.mayI('list', dataVolumes, 'ns')).toBe(true);
    expect(JSON.parse(api.requests[0].body).spec.resourceAttributes).toEqual({
      verb: 'list',
      group: 'cdi.kubevirt.io',
      resource: 'datavolumes',
      namespace: 'ns',
    });
  });

  it('asks a read again when a kept connection had been closed', async () => {
    let answered = 0;
    const { client } = await setUp((_, response) => {
      answered += 1;
      if (answered === 2) {
        response.socket?.resetAndDestroy();
        return;
      }
      json(response, 200, { metadata: { name: 'disk' } });
    });
    await client.get(DISK);
    expect(await client.get(DISK)).toBeDefined();
    expect(answered).toBe(3);
  });

  it('takes a new connection then, not one that others have kept', async () => {
    const asked = new WeakSet<object>();
    const { client } = await setUp((_, response) => {
      const { socket } = response;
      if (!socket || asked.has(socket)) {
        socket?.resetAndDestroy();
        return;
      }
      asked.add(socket);
      json(response, 200, { metadata: { name: 'disk' } });
    });
    for (let i = 0; i < 6; i++) expect(await client.get(DISK)).toBeDefined();
  });

  it('asks about a right again too, which changes nothing', async () => {
    let answered = 0;
    const { client } = await setUp((_, response) => {
      answered += 1;
      if (answered === 2) {
        response.socket?.resetAndDestroy();
        return;
      }
      json(response, 201, { status: { allowed: true } });
    });
    await client.mayI('list', dataVolumes, 'ns');
    expect(await client.mayI('list', dataVolumes, 'ns')).toBe(true);
    expect(answered).toBe(3);
  });
});
