import { connectedCluster, volumes } from '../fixtures/volumes';
import { messageOf, refusalOf } from './errors';
import { GoldenImagesClient } from './GoldenImagesClient';

function createClient(
  fetch: (url: string, init?: RequestInit) => Promise<Response>,
) {
  const fetchMock = jest.fn(fetch);
  const client = new GoldenImagesClient({
    discoveryApi: {
      getBaseUrl: async plugin => `http://backend/api/${plugin}`,
    },
    fetchApi: { fetch: fetchMock as typeof globalThis.fetch },
  });
  return { client, fetchMock };
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });

const empty = { items: [], clusters: [] };

describe('GoldenImagesClient', () => {
  it('asks for the volumes of an entity', async () => {
    const { client, fetchMock } = createClient(async () =>
      json({ items: [volumes.usable], clusters: [connectedCluster] }),
    );
    const list = await client.listVolumes({
      entityRef: 'component:default/orders',
    });
    expect(list.items[0].name).toBe('orders-db-disk');
    expect(fetchMock.mock.calls[0][0]).toBe(
      'http://backend/api/golden-images/volumes?entityRef=component%3Adefault%2Forders',
    );
  });

  it('asks whether a clone would go through, and writes nothing', async () => {
    const answer = {
      ok: true,
      problems: [],
      warnings: [],
      unknown: [],
      facts: { uses: [] },
    };
    const { client, fetchMock } = createClient(async () => json(answer));
    const clone = {
      image: { name: 'demo-linux' },
      namespace: 'team-a-dev',
      name: 'cart-disk',
    };
    expect(await client.preflight({ clone })).toEqual(answer);
    const [url, init] = fetchMock.mock.calls[0];
    expect(url).toBe('http://backend/api/golden-images/preflight');
    expect(init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(String(init?.body))).toEqual({ clone });
  });

  it.each([
    [
      (client: GoldenImagesClient) => client.listImages({ ready: true }),
      'images?ready=true',
    ],
    [(client: GoldenImagesClient) => client.listImages(), 'images'],
    [
      (client: GoldenImagesClient) =>
        client.listImages({ cluster: 'a b', namespace: 'images' }),
      'images?cluster=a+b&namespace=images',
    ],
    [
      (client: GoldenImagesClient) => client.listNamespaces({ for: 'clone' }),
      'namespaces?for=clone',
    ],
  ])('%s', async (ask, path) => {
    const { client, fetchMock } = createClient(async () => json(empty));
    expect(await ask(client)).toEqual(empty);
    expect(fetchMock.mock.calls[0][0]).toBe(
      `http://backend/api/golden-images/${path}`,
    );
  });

  it('tells a refusal from a failure, in the words of the backend', async () => {
    const answer = (name: string, message: string, statusCode: number) =>
      json({ error: { name, message }, response: { statusCode } }, statusCode);
    const refused = createClient(async () =>
      answer('NotAllowedError', 'no permission "golden-images.read"', 403),
    );
    const error = await refused.client.listImages().catch(e => e);
    expect(refusalOf(error)).toBe('no permission "golden-images.read"');

    const broken = createClient(async () =>
      answer('ServiceUnavailableError', 'the database is away', 503),
    );
    const failure = await broken.client.listImages().catch(e => e);
    expect(refusalOf(failure)).toBeUndefined();
    expect(messageOf(failure)).toBe('the database is away');
  });

  describe('with a backend that does not answer', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const never = (_url: string, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () =>
          reject(new DOMException('aborted', 'AbortError')),
        );
      });

    it('gives up after a while', async () => {
      const { client } = createClient(never);
      const answer = client.listImages().catch(error => error);
      await jest.advanceTimersByTimeAsync(20_000);
      expect((await answer).message).toBe(
        'The golden-images backend did not answer within 20 s',
      );
      expect(jest.getTimerCount()).toBe(0);
    });

    it('stops when it is told to', async () => {
      const { client } = createClient(never);
      const controller = new AbortController();
      const answer = client
        .listImages({}, { signal: controller.signal })
        .catch(error => error);
      await jest.advanceTimersByTimeAsync(0);
      controller.abort();
      expect((await answer).name).toBe('AbortError');
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
