import { RESOURCES, type WatchEvent } from './index';
import { json, status } from './__testUtils__/ScriptedApi';
import { clientsAndServers, refusal } from './__testUtils__/setUpClient';

const { claims } = RESOURCES;

describe('DefaultClusterClient', () => {
  const { setUp } = clientsAndServers();

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
});
