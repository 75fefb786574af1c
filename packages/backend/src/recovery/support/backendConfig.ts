import { join } from 'node:path';

/** Who asks; see `backend/entities.yaml`. */
export const USER = 'user:default/robin';
/** A task that gave no sign of life for so long belongs to nobody. It gives one every second. */
const STALE_SECONDS = 5;

export interface BackendConfigOptions {
  /** Where its databases and its workspaces are. */
  folder: string;
  port: number;
  /** Base address by plugin. */
  addresses: Record<string, string>;
  /** A PostgreSQL server; SQLite files where absent. */
  postgresUrl?: string;
  /** Start of the names of its databases on that server. */
  databasePrefix?: string;
  cluster: { url: string; token: string };
  imageServer: URL;
  /** Copies at once. */
  width: number;
}

export function backendConfig(options: BackendConfigOptions) {
  const { folder, port, postgresUrl, cluster, imageServer } = options;
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    app: { baseUrl },
    backend: {
      baseUrl,
      listen: { host: '127.0.0.1', port },
      workingDirectory: folder,
      database: postgresUrl
        ? {
            client: 'pg',
            connection: postgresUrl,
            prefix: options.databasePrefix,
          }
        : {
            client: 'better-sqlite3',
            connection: { directory: join(folder, 'databases') },
          },
    },
    discovery: {
      endpoints: Object.entries(options.addresses).map(([plugin, url]) => ({
        target: `${url}/api/{{pluginId}}`,
        plugins: [plugin],
      })),
    },
    auth: { environment: 'development', providers: { demo: {} } },
    demo: { enabled: true, people: [{ entityRef: USER }] },
    permission: { enabled: true },
    catalog: {
      locations: [
        {
          type: 'file',
          target: require.resolve('./backend/entities.yaml'),
          rules: [{ allow: ['User', 'Template'] }],
        },
      ],
    },
    scaffolder: {
      concurrentTasksLimit: 100,
      taskRecovery: {
        enabled: true,
        staleTimeout: { seconds: STALE_SECONDS },
        workspaceProvider: 'database',
      },
    },
    goldenImages: {
      admins: [USER],
      clusters: [{ name: 'dev', ...cluster, clones: { width: options.width } }],
      imports: {
        allow: [
          {
            host: imageServer.hostname,
            port: Number(imageServer.port),
            allowAddresses: ['127.0.0.0/8'],
          },
        ],
      },
    },
  };
}
