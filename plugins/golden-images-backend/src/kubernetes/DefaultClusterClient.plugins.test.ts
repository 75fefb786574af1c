import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, status } from './__testUtils__/ScriptedApi';
import { DISK, clientsAndServers, refusal } from './__testUtils__/setUpClient';

describe('credentials of a kubeconfig that come from elsewhere', () => {
  const { client: connect, setUp } = clientsAndServers();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const runs = () => readFileSync(join(folder, 'runs'), 'utf8').length;

  function connectAs(
    url: string,
    user: object,
    options: Parameters<typeof connect>[1] = {},
  ) {
    const path = join(folder, 'config');
    const kubeconfig = {
      'current-context': 'main',
      contexts: [{ name: 'main', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: url } }],
      users: [{ name: 'u', user }],
    };
    writeFileSync(path, JSON.stringify(kubeconfig));
    return connect(
      { name: 'c1', connection: { type: 'kubeconfig', path } },
      options,
    );
  }

  /** A credential plugin that notes each of its runs, and then does this. */
  const plugin = (script: string) => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [
        '-e',
        `require('fs').appendFileSync(${JSON.stringify(
          join(folder, 'runs'),
        )}, '.');${script}`,
      ],
    },
  });
  const tokenOfFile = () =>
    `process.stdout.write(JSON.stringify({ status: { token: require('fs').readFileSync(${JSON.stringify(
      join(folder, 'token'),
    )}, 'utf8') } }))`;

  const onlyFor = (token: string) =>
    setUp(({ headers }, response) =>
      headers.authorization === `Bearer ${token}`
        ? json(response, 200, { metadata: { name: 'disk' } })
        : json(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
    );

  it('runs a plugin once for all who wait, and again after a 401', async () => {
    const { api } = await onlyFor('first');
    writeFileSync(join(folder, 'token'), 'first');
    const client = connectAs(api.url, plugin(tokenOfFile()));
    await Promise.all([1, 2, 3, 4].map(() => client.get(DISK)));
    expect(runs()).toBe(1);
    api.answerWith(({ headers }, response) =>
      headers.authorization === 'Bearer second'
        ? json(response, 200, { metadata: { name: 'disk' } })
        : json(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
    );
    writeFileSync(join(folder, 'token'), 'second');
    expect(await client.get(DISK)).toBeDefined();
    expect(runs()).toBe(2);
  });

  it('runs a plugin once for all who were answered 401 with the same token', async () => {
    const { api } = await onlyFor('first');
    writeFileSync(join(folder, 'token'), 'first');
    const client = connectAs(api.url, plugin(tokenOfFile()));
    await client.get(DISK);
    const late: (() => void)[] = [];
    let refused = 0;
    api.answerWith(({ headers }, response) => {
      if (headers.authorization === 'Bearer second') {
        json(response, 200, { metadata: { name: 'disk' } });
        late.splice(0).forEach(refuse => refuse());
        return;
      }
      const refuse = () =>
        json(response, 401, status(401, 'Unauthorized', 'Unauthorized'));
      refused += 1;
      // The others hear of it when there are other credentials already.
      if (refused === 1) refuse();
      else late.push(refuse);
    });
    writeFileSync(join(folder, 'token'), 'second');
    await Promise.all([1, 2, 3, 4].map(() => client.get(DISK)));
    expect(refused).toBe(4);
    expect(runs()).toBe(2);
  });

  it('reads a token file again after a 401', async () => {
    const { api } = await onlyFor('second');
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'first');
    const client = connectAs(api.url, {
      'auth-provider': { name: 'tokenFile', config: { tokenFile } },
    });
    expect((await refusal(client.get(DISK))).status).toBe(401);
    // Within the minute in which the client library does not look.
    writeFileSync(tokenFile, 'second');
    expect(await client.get(DISK)).toBeDefined();
  });

  it('waits for no plugin that hangs, nor when told to stop', async () => {
    const { api } = await onlyFor('never');
    const end = join(folder, 'end');
    const client = connectAs(
      api.url,
      plugin(
        `setInterval(() => require('fs').existsSync(${JSON.stringify(
          end,
        )}) && process.exit(1), 10)`,
      ),
      { credentialsTimeoutMs: 300 },
    );
    expect((await refusal(client.get(DISK))).message).toBe(
      'no usable credentials: none within 0.3 s',
    );
    const stop = new AbortController();
    const watching = client.mayI('list', DISK.type, 'ns', stop.signal);
    stop.abort();
    expect((await refusal(watching)).status).toBe(0);
    writeFileSync(end, '');
    await refusal(client.get(DISK));
    expect(runs()).toBe(1);
    expect(api.requests).toEqual([]);
  });
});
