import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ResponseError } from '@backstage/errors';
import { DefaultGoldenImagesService } from './DefaultGoldenImagesService';

interface Seen {
  method?: string;
  url?: string;
  authorization?: string;
  body: string;
}

async function readBody(request: IncomingMessage) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

describe('DefaultGoldenImagesService', () => {
  let server: Server;
  let answer: { status: number; body: unknown };
  /** Requests that are seen, and whose connection is cut before an answer. */
  let lost = 0;
  const delaysMs: number[] = [];
  const seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      seen.push({
        method: request.method,
        url: request.url,
        authorization: request.headers.authorization,
        body: await readBody(request),
      });
      lost -= 1;
      if (lost >= 0) {
        response.destroy();
        return;
      }
      response.statusCode = answer.status;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });

  afterAll(() => new Promise(resolve => server.close(resolve)));

  beforeEach(() => {
    seen.length = 0;
    delaysMs.length = 0;
    lost = 0;
  });

  function service() {
    const { port } = server.address() as AddressInfo;
    return DefaultGoldenImagesService.create({
      discovery: mockServices.discovery.mock({
        getBaseUrl: async id => `http://127.0.0.1:${port}/api/${id}`,
      }),
      auth: mockServices.auth(),
      delay: async ms => delaysMs.push(ms),
    });
  }

  const disk = { cluster: 'dev', namespace: 'team-a', name: 'disk' };
  const credentials = mockCredentials.user();
  const clone = { image: { name: 'linux' }, namespace: 'team-a', name: 'disk' };

  it.each([
    [
      'createWait',
      () => service().createWait({ ...disk, kind: 'volume' }, { credentials }),
    ],
    [
      'deleteVolume',
      () => service().deleteVolume({ ...disk, uid: 'uid-1' }, { credentials }),
    ],
    [
      'retireImage',
      () => service().retireImage({ ...disk, uid: 'uid-1' }, { credentials }),
    ],
    ['cloneImage', () => service().cloneImage(clone, { credentials })],
    ['getVolume', () => service().getVolume(disk, { credentials })],
  ])('asks %s again when the connection was lost', async (_name, call) => {
    lost = 2;
    answer = {
      status: 409,
      body: {
        error: { name: 'ConflictError', message: 'an answer' },
        response: { statusCode: 409 },
      },
    };
    await expect(call()).rejects.toMatchObject({ statusCode: 409 });
    expect(seen).toHaveLength(3);
    expect(seen[2]).toEqual(seen[0]);
    expect(delaysMs).toEqual([250, 500]);
  });

  it.each([
    [
      'what goes by its name alone',
      () => service().deleteVolume(disk, { credentials }),
    ],
    [
      'a change',
      () => service().updateImage(disk, { title: 'a' }, { credentials }),
    ],
    [
      'a wait whose caller asks again itself',
      () => service().getWaitStatus({ waitHandle: 'v1.x' }, { credentials }),
    ],
  ])('does not ask twice for %s', async (_name, call) => {
    lost = 1;
    await expect(call()).rejects.toThrow('fetch failed');
    expect(seen).toHaveLength(1);
    expect(delaysMs).toEqual([]);
  });

  it('calls on behalf of the given credentials', async () => {
    answer = { status: 200, body: { items: [], clusters: [] } };

    await expect(
      service().listImages({ ready: true }, { credentials }),
    ).resolves.toEqual({ items: [], clusters: [] });

    expect(seen).toEqual([
      {
        method: 'GET',
        url: '/api/golden-images/images?ready=true',
        authorization: mockCredentials.service.header({
          onBehalfOf: credentials,
          targetPluginId: 'golden-images',
        }),
        body: '',
      },
    ]);
  });

  it('sends a dry run as a query and the rest as the body', async () => {
    answer = { status: 200, body: { waitHandle: 'v1.x' } };
    await service().createWait(
      { kind: 'volume', namespace: 'team-a', name: 'disk' },
      { credentials: mockCredentials.service() },
    );
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/golden-images/waits',
      body: '{"kind":"volume","namespace":"team-a","name":"disk"}',
    });
  });

  it('changes what is said of an image', async () => {
    answer = { status: 200, body: { changed: true, warnings: [] } };
    const key = { cluster: 'dev', namespace: 'golden-images', name: 'linux-1' };
    await expect(
      service().updateImage(
        key,
        { title: null, os: 'linux' },
        { credentials: mockCredentials.user() },
      ),
    ).rejects.toThrow('image');
    expect(seen[0]).toMatchObject({
      method: 'PATCH',
      url: '/api/golden-images/images/dev/golden-images/linux-1',
      body: '{"title":null,"os":"linux"}',
    });
  });

  it('asks what an image is', async () => {
    answer = {
      status: 200,
      body: {
        outcome: 'known',
        format: 'qcow2',
        virtualSizeBytes: 2 ** 30,
        autoSize: '2Gi',
        verified: 'none',
        sentences: [],
      },
    };
    const source = { http: { url: 'https://images.example/a.qcow2' } };
    await expect(
      service().probeImage({ source }, { credentials: mockCredentials.user() }),
    ).resolves.toEqual(answer.body);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/golden-images/images/probe',
      body: JSON.stringify({ source }),
    });
  });

  it('escapes names in paths', async () => {
    answer = {
      status: 404,
      body: { error: { name: 'NotFoundError', message: 'no' } },
    };
    await expect(
      service().getVolume(
        { cluster: 'a/b', namespace: 'n', name: '../x' },
        { credentials: mockCredentials.service() },
      ),
    ).rejects.toThrow();
    expect(seen[0].url).toBe('/api/golden-images/volumes/a%2Fb/n/..%2Fx');
  });

  it('keeps status and words of a refusal', async () => {
    answer = {
      status: 409,
      body: {
        error: { name: 'ConflictError', message: 'size: 1Gi there, 2Gi asked' },
        response: { statusCode: 409 },
      },
    };
    const error = await service()
      .cloneImage(
        {
          image: { name: 'linux' },
          namespace: 'team-a',
          name: 'disk',
          dryRun: true,
        },
        { credentials: mockCredentials.user() },
      )
      .catch(e => e);
    expect(ResponseError.is(error)).toBe(true);
    expect(error.statusCode).toBe(409);
    expect(error.cause.name).toBe('ConflictError');
    expect(error.cause.message).toBe('size: 1Gi there, 2Gi asked');
    expect(seen[0].url).toBe('/api/golden-images/volumes?dryRun=true');
    expect(JSON.parse(seen[0].body)).not.toHaveProperty('dryRun');
  });

  it('asks for many clones at once, and takes results and refusals', async () => {
    const volume = {
      kind: 'volume',
      cluster: 'dev',
      namespace: 'team-a',
      name: 'a',
      state: 'waiting',
      ours: true,
      sizes: {},
      accessModes: [],
      observedAt: '2026-01-01T00:00:00.000Z',
      usedBy: [],
    };
    answer = {
      status: 202,
      body: {
        dryRun: true,
        items: [
          { created: true, volume, warnings: [] },
          { error: { name: 'InputError', message: 'size: too small' } },
        ],
      },
    };
    const items = ['a', 'b'].map(name => ({
      image: { name: 'linux' },
      namespace: 'team-a',
      name,
    }));
    await expect(
      service().cloneImages(
        { items, dryRun: true },
        { credentials: mockCredentials.user() },
      ),
    ).resolves.toEqual(answer.body);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/golden-images/volumes/batch?dryRun=true',
      body: JSON.stringify({ items }),
    });
  });

  it('deletes by DELETE, with what is meant in the query', async () => {
    const key = { cluster: 'dev', namespace: 'team-a', name: 'disk' };
    answer = {
      status: 200,
      body: { dryRun: true, outcome: 'deleted', sentence: 'gone' },
    };
    await service().deleteVolume(
      { ...key, uid: 'uid-1', dryRun: true },
      { credentials },
    );
    expect(seen[0]).toMatchObject({
      method: 'DELETE',
      url: '/api/golden-images/volumes/dev/team-a/disk?uid=uid-1&dryRun=true',
      body: '',
    });
    await expect(
      service().retireImage({ ...key, force: true }, { credentials }),
    ).rejects.toThrow('image');
    expect(seen[1]).toMatchObject({
      method: 'DELETE',
      url: '/api/golden-images/images/dev/team-a/disk?force=true',
    });
  });

  it('does not take an answer of another shape for one of ours', async () => {
    answer = { status: 200, body: { waitHandle: 7 } };
    await expect(
      service().createWait(
        { kind: 'image', namespace: 'n', name: 'x' },
        { credentials: mockCredentials.service() },
      ),
    ).rejects.toThrow('waitHandle');
  });
});
