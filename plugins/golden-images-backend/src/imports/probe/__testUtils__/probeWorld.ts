import { ImportAllowList } from '../../ImportAllowList';
import { ImageProbe } from '../ImageProbe';
import { DISK_BYTES } from './images';
import { startFileServer } from './startFileServer';

export const allowAddresses = ['127.0.0.0/8'];

/** What is seen of a whole qcow2 fixture. */
export const known = {
  outcome: 'known',
  facts: { format: 'qcow2', virtualSizeBytes: DISK_BYTES, notes: [] },
};

interface LookOptions {
  timeoutMs?: number;
  /** What names mean, one after the other; `127.0.0.1` when there are no more. */
  addresses?: string[][];
  signal?: AbortSignal;
}

/** A file server behind names that only a fake resolver knows. */
export async function createProbeWorld() {
  const server = await startFileServer({});
  const { port } = server;
  /** Each name as often as it was resolved. */
  const resolved: string[] = [];

  function look(url: string, options: LookOptions = {}) {
    const { timeoutMs = 10_000, addresses = [], signal } = options;
    const allowList = new ImportAllowList(
      [
        { host: 'files.test', port, allowAddresses },
        { host: 'mirror.test', port, allowAddresses },
        { host: 'inner.test', port, allowAddresses: [] },
        { host: 'nowhere.test', port, allowAddresses },
        { host: '127.0.0.1', port, allowAddresses },
        { host: 'closed.test', port: 1, allowAddresses },
        {
          host: 'split.test',
          allowAddresses,
          reachedAt: { address: '127.0.0.1', port },
        },
      ],
      {
        resolve: async host => {
          resolved.push(host);
          if (/^(nowhere|split)/.test(host)) return [];
          return addresses.shift() ?? ['127.0.0.1'];
        },
      },
    );
    return new ImageProbe({ allowList, timeoutMs }).probe(
      { url, field: 'source.http.url', content: 'kubevirt' },
      { caller: 'user:default/lena', signal },
    );
  }

  return {
    server,
    resolved,
    look,
    url: (path: string, host = 'files.test') => `http://${host}:${port}${path}`,
  };
}
