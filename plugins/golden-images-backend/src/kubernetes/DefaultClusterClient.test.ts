import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DefaultClusterClient,
  KubernetesApiError,
  RESOURCES,
  type WatchEvent,
} from './index';
import {
  LOOPBACK_CA,
  ScriptedApi,
  json,
  status,
  type Answer,
} from './__testUtils__/ScriptedApi';

const { claims, dataVolumes } = RESOURCES;
const ref = { type: claims, namespace: 'ns', name: 'disk' };
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('DefaultClusterClient', () => {
  const open: (ScriptedApi | DefaultClusterClient)[] = [];

  afterEach(async () => {
    for (const item of open.splice(0)) {
      if (item instanceof ScriptedApi) await item.stop();
      else item.close();
    }
  });

  async function setUp(
    answer: Answer,
    options: Parameters<typeof DefaultClusterClient.create>[1] = {},
  ) {
    const api = await ScriptedApi.start(answer);
    const client = DefaultClusterClient.create(
      {
        name: 'c1',
        connection: { type: 'url', url: api.url, token: 'secret' },
      },
      options,
    );
    open.push(client, api);
    return { api, client };
  }

  async function refusal(promise: Promise<unknown>) {
    const error = await promise.then(
      () => undefined,
      caught => caught,
    );
    expect(error).toBeInstanceOf(KubernetesApiError);
    return error as KubernetesApiError;
  }

  it('sends the token, and answers undefined for 404', async () => {
    const { api, client } = await setUp((_, response) =>
      json(response, 404, status(404, 'NotFound', 'not found')),
    );
    expect(await client.get(ref)).toBeUndefined();
    expect(api.requests).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/namespaces/ns/persistentvolumeclaims/disk',
        headers: { authorization: 'Bearer secret' },
      },
    ]);
  });

  it('keeps the path of the address, behind a proxy for example', async () => {
    const { api } = await setUp((_, response) =>
      json(response, 200, { metadata: { name: 'disk' } }),
    );
    const client = DefaultClusterClient.create({
      name: 'c1',
      connection: { type: 'url', url: `${api.url}/k8s/clusters/c-1/` },
    });
    open.push(client);
    await client.get(ref);
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
        ref,
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
      expect(await client.delete(ref, { uid: 'u1' })).toBe(true);
      expect(JSON.parse(api.requests[0].body)).toMatchObject({
        propagationPolicy: 'Background',
        preconditions: { uid: 'u1' },
      });
    });

    it('says that it was gone when another object bears the name', async () => {
      const { client } = await setUp(present('u2'));
      expect(await client.delete(ref, { uid: 'u1' })).toBe(false);
    });

    it('throws when the object itself has changed', async () => {
      const { client } = await setUp(present('u1'));
      const error = await refusal(
        client.delete(ref, { uid: 'u1', resourceVersion: '3' }),
      );
      expect(error.status).toBe(409);
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
    expect(await refusal(client.get(ref))).toMatchObject({
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
    expect(await refusal(client.get(ref))).toMatchObject({
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

  it('says why no answer came', async () => {
    const { api, client } = await setUp(() => undefined, {
      responseTimeoutMs: 50,
    });
    expect(await refusal(client.get(ref))).toMatchObject({
      status: 0,
      message: 'the cluster cannot be reached: no answer within 0.05 s',
    });
    await api.stop();
    expect(await refusal(client.get(ref))).toMatchObject({
      status: 0,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('refuses answers without end', async () => {
    const { client } = await setUp(
      (_, response) => json(response, 200, { text: 'x'.repeat(2000) }),
      { maxBodyBytes: 1000 },
    );
    expect((await refusal(client.get(ref))).message).toBe(
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

  describe('watch', () => {
    const from = {
      resourceVersion: '5',
      timeoutSeconds: 60,
      idleTimeoutMs: 5_000,
    };
    const lines = (...events: unknown[]) =>
      events.map(event => `${JSON.stringify(event)}\n`).join('');
    const claim = (name: string) => ({
      metadata: { name, resourceVersion: '6' },
    });

    async function collect(events: AsyncIterable<WatchEvent>) {
      const seen: WatchEvent[] = [];
      for await (const event of events) seen.push(event);
      return seen;
    }

    it('reads events whose lines come in pieces', async () => {
      const text = Buffer.from(
        lines(
          { type: 'ADDED', object: claim('größe') },
          { type: 'NEWS', object: {} },
          { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8' } } },
          { type: 'DELETED', object: claim('b') },
        ),
      );
      const { api, client } = await setUp((_, response) => {
        response.writeHead(200);
        const send = (at: number) => {
          if (at >= text.length) response.end();
          else response.write(text.subarray(at, at + 7), () => send(at + 7));
        };
        send(0);
      });
      let opened = 0;
      const seen = await collect(
        client.watch(
          claims,
          { namespace: 'ns', fieldSelector: 'metadata.name=x' },
          { ...from, onOpen: () => (opened += 1) },
        ),
      );
      expect(seen).toEqual([
        { type: 'ADDED', object: claim('größe') },
        { type: 'BOOKMARK', resourceVersion: '8' },
        { type: 'DELETED', object: claim('b') },
      ]);
      expect(opened).toBe(1);
      expect(api.requests[0].query).toEqual({
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: '5',
        timeoutSeconds: '60',
        fieldSelector: 'metadata.name=x',
      });
    });

    it('throws the code of an ERROR event, which comes with HTTP 200', async () => {
      const { client } = await setUp((_, response) =>
        response.end(
          lines({
            type: 'ERROR',
            object: status(410, 'Expired', 'too old resource version: 1 (9)'),
          }),
        ),
      );
      expect(
        await refusal(collect(client.watch(claims, {}, from))),
      ).toMatchObject({ status: 410, reason: 'Expired' });
    });

    it('throws a refusal', async () => {
      const { client } = await setUp((_, response) =>
        json(response, 403, status(403, 'Forbidden', 'no')),
      );
      expect(
        await refusal(collect(client.watch(claims, {}, from))),
      ).toMatchObject({ status: 403, message: 'no' });
    });

    it('finds a socket that has fallen silent', async () => {
      const { client } = await setUp((_, response) => {
        response.writeHead(200);
        response.write(lines({ type: 'ADDED', object: claim('a') }));
      });
      const seen: WatchEvent[] = [];
      const read = async () => {
        const events = client.watch(claims, {}, { ...from, idleTimeoutMs: 40 });
        for await (const event of events) seen.push(event);
      };
      expect(await refusal(read())).toMatchObject({
        status: 0,
        message: 'The watch was silent for 0.04 s',
      });
      expect(seen).toHaveLength(1);
    });

    it('notices that the connection broke, and stops when told to', async () => {
      const { client } = await setUp((_, response) => {
        response.writeHead(200);
        response.write(lines({ type: 'ADDED', object: claim('a') }), () =>
          response.destroy(),
        );
      });
      expect(
        (await refusal(collect(client.watch(claims, {}, from)))).status,
      ).toBe(0);

      const { client: other } = await setUp((_, response) => {
        response.writeHead(200);
        response.write(lines({ type: 'ADDED', object: claim('a') }));
      });
      const abort = new AbortController();
      const read = async () => {
        for await (const event of other.watch(
          claims,
          {},
          { ...from, signal: abort.signal },
        )) {
          expect(event.type).toBe('ADDED');
          abort.abort();
        }
      };
      expect((await refusal(read())).status).toBe(0);
    });

    it('refuses a line without end', async () => {
      const { client } = await setUp((_, response) => {
        response.writeHead(200);
        const send = () => {
          if (!response.destroyed) response.write('x'.repeat(1 << 20), send);
        };
        send();
      });
      expect(
        (await refusal(collect(client.watch(claims, {}, from)))).message,
      ).toMatch(/^A line of the watch is longer than/);
    });
  });

  describe('credentials', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    function writeKubeconfig(server: string, token: string, ca?: string) {
      const path = join(folder, 'config');
      writeFileSync(
        path,
        JSON.stringify({
          'current-context': 'main',
          contexts: [
            { name: 'main', context: { cluster: 'k', user: 'u' } },
            { name: 'broken', context: { cluster: 'absent', user: 'u' } },
          ],
          clusters: [
            {
              name: 'k',
              cluster: {
                server,
                ...(ca && { 'certificate-authority-data': base64(ca) }),
              },
            },
          ],
          users: [{ name: 'u', user: { token } }],
        }),
      );
      return path;
    }

    it('reads a kubeconfig again when it has changed', async () => {
      const { api } = await setUp(({ headers }, response) =>
        headers.authorization === 'Bearer second'
          ? json(response, 200, { metadata: { name: 'disk' } })
          : json(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
      );
      const path = writeKubeconfig(api.url, 'first');
      const client = DefaultClusterClient.create({
        name: 'c1',
        connection: { type: 'kubeconfig', path },
      });
      open.push(client);
      expect((await refusal(client.get(ref))).status).toBe(401);
      writeKubeconfig(api.url, 'second');
      expect(await client.get(ref)).toMatchObject({
        metadata: { name: 'disk' },
      });
    });

    it('names what is wrong with a kubeconfig, for that cluster alone', async () => {
      const path = writeKubeconfig('http://127.0.0.1:1', 't');
      const client = (context?: string, file = path) =>
        DefaultClusterClient.create({
          name: 'c1',
          connection: { type: 'kubeconfig', path: file, context },
        });
      expect((await refusal(client('broken').get(ref))).message).toContain(
        'has no context "broken" with a cluster',
      );
      expect(
        (await refusal(client(undefined, join(folder, 'absent')).get(ref)))
          .message,
      ).toContain('ENOENT');
    });

    it('trusts the CA that is given, and no other', async () => {
      const api = await ScriptedApi.start(
        (_, response) => json(response, 200, { metadata: { name: 'disk' } }),
        { tls: true },
      );
      open.push(api);
      const client = (caData?: string) => {
        const made = DefaultClusterClient.create({
          name: 'c1',
          connection: { type: 'url', url: api.url, caData, token: 't' },
        });
        open.push(made);
        return made;
      };
      expect(await client(base64(LOOPBACK_CA)).get(ref)).toBeDefined();
      expect((await refusal(client().get(ref))).message).toMatch(
        /certificate/i,
      );
      const path = writeKubeconfig(api.url, 't', LOOPBACK_CA);
      const byFile = DefaultClusterClient.create({
        name: 'c1',
        connection: { type: 'kubeconfig', path },
      });
      open.push(byFile);
      expect(await byFile.get(ref)).toBeDefined();
    });

    it('sends no token over plain HTTP to another machine', async () => {
      const client = DefaultClusterClient.create({
        name: 'c1',
        connection: { type: 'url', url: 'http://192.0.2.1:8080', token: 't' },
      });
      expect((await refusal(client.get(ref))).message).toContain(
        'HTTP protocol is not allowed',
      );
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
    await client.get(ref);
    expect(await client.get(ref)).toBeDefined();
    expect(answered).toBe(3);
  });
});
