import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOOPBACK_CA, json, status } from './__testUtils__/ScriptedApi';
import { DISK, clientsAndServers, refusal } from './__testUtils__/setUpClient';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('DefaultClusterClient', () => {
  const { client: connect, server, setUp } = clientsAndServers();

  describe('credentials', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    });
    afterEach(() => {
      jest.restoreAllMocks();
      rmSync(folder, { recursive: true });
    });

    function writeKubeconfig(url: string, token: string, ca?: string) {
      const path = join(folder, 'config');
      writeFileSync(
        path,
        JSON.stringify({
          'current-context': 'main',
          contexts: [
            { name: 'main', context: { cluster: 'k', user: 'u' } },
            { name: 'broken', context: { cluster: 'absent', user: 'u' } },
            { name: 'odd', context: { cluster: 'odd', user: 'u' } },
          ],
          clusters: [
            // Of no concern to whoever names another context.
            { name: 'odd', cluster: { server: 'not an address' } },
            {
              name: 'k',
              cluster: {
                server: url,
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
      const client = connect({
        name: 'c1',
        connection: { type: 'kubeconfig', path },
      });
      expect((await refusal(client.get(DISK))).status).toBe(401);
      writeKubeconfig(api.url, 'second');
      expect(await client.get(DISK)).toMatchObject({
        metadata: { name: 'disk' },
      });
    });

    it('names what is wrong with a kubeconfig, for that cluster alone', async () => {
      const path = writeKubeconfig('http://127.0.0.1:1', 't');
      const client = (context?: string, file = path) =>
        connect({
          name: 'c1',
          connection: { type: 'kubeconfig', path: file, context },
        });
      expect((await refusal(client('broken').get(DISK))).message).toContain(
        'has no context "broken" with a cluster',
      );
      expect(
        (await refusal(client(undefined, join(folder, 'absent')).get(DISK)))
          .message,
      ).toContain('ENOENT');
      expect((await refusal(client('odd').get(DISK))).message).toContain(
        'The address of the API server, "not an address", is no URL',
      );
      const torn = join(folder, 'torn');
      writeFileSync(torn, 'clusters: [');
      expect(
        (await refusal(client(undefined, torn).get(DISK))).message,
      ).toMatch(/The kubeconfig .*torn cannot be read/);
      const { KUBERNETES_SERVICE_HOST: _, ...env } = process.env;
      jest.replaceProperty(process, 'env', env);
      const nowhere = connect({
        name: 'c1',
        connection: { type: 'in-cluster' },
      });
      expect((await refusal(nowhere.get(DISK))).message).toContain(
        'the backend runs in no Pod of a cluster',
      );
      const message = 'there is no cluster "x" in the other configuration';
      const unusable = connect({
        name: 'c1',
        connection: { type: 'unusable', message },
      });
      expect((await refusal(unusable.get(DISK))).message).toContain(message);
    });

    it('trusts the CA that is given, and no other', async () => {
      const api = await server(
        (_, response) => json(response, 200, { metadata: { name: 'disk' } }),
        { tls: true },
      );
      const client = (caData?: string) => {
        return connect({
          name: 'c1',
          connection: { type: 'url', url: api.url, caData, token: 't' },
        });
      };
      expect(await client(base64(LOOPBACK_CA)).get(DISK)).toBeDefined();
      expect((await refusal(client().get(DISK))).message).toMatch(
        /certificate/i,
      );
      const path = writeKubeconfig(api.url, 't', LOOPBACK_CA);
      const byFile = connect({
        name: 'c1',
        connection: { type: 'kubeconfig', path },
      });
      expect(await byFile.get(DISK)).toBeDefined();
    });

    it('reads the file of a CA for each connection, and misses it for that cluster alone', async () => {
      const api = await server(
        (_, response) => json(response, 200, { metadata: { name: 'disk' } }),
        { tls: true },
      );
      const caFile = join(folder, 'ca.pem');
      const client = connect({
        name: 'c1',
        connection: { type: 'url', url: api.url, caFile, token: 't' },
      });
      expect((await refusal(client.get(DISK))).message).toMatch(
        /ENOENT.*ca\.pem/,
      );
      writeFileSync(caFile, LOOPBACK_CA);
      expect(await client.get(DISK)).toBeDefined();
    });

    it('sends no token over plain HTTP to another machine', async () => {
      const client = connect({
        name: 'c1',
        connection: { type: 'url', url: 'http://192.0.2.1:8080', token: 't' },
      });
      expect((await refusal(client.get(DISK))).message).toContain(
        'HTTP protocol is not allowed',
      );
    });
  });
});
