import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { claimAdmission } from './admission/claims';
import { dataImportCronAdmission } from './admission/dataImportCrons';
import { dataVolumeAdmission } from './admission/dataVolumes';
import { limitRanger } from './admission/limitRanger';
import { namespaceLifecycle } from './admission/namespaceLifecycle';
import { quotaAdmission } from './admission/resourceQuota';
import { bootstrap, readDefinitions } from './bootstrap';
import type { ControllerContext } from './controllers/Controller';
import { GarbageCollector } from './controllers/GarbageCollector';
import { NamespaceController } from './controllers/NamespaceController';
import { ProtectionController } from './controllers/ProtectionController';
import { QuotaController } from './controllers/QuotaController';
import { Definitions } from './definitions';
import type { Tokens } from './http/auth';
import { handleRequest } from './http/handleRequest';
import { Persistence, type Saved } from './persistence';
import { mayDeleteUnder, policyAdmission } from './policies/policyAdmission';
import { aggregateRoles } from './rbac/aggregateRoles';
import { Authorizer } from './rbac/Authorizer';
import { escalationCheck } from './rbac/escalation';
import { Registry } from './registry';
import { Store } from './store';
import { systemClock, type Clock } from './types';

export interface ApiServerOptions {
  /** 0 or nothing: a free one. */
  port?: number;
  /** Where to listen; 127.0.0.1 if not told. */
  host?: string;
  /** Folder that keeps the objects; without it they are gone with the server. */
  dataDir?: string;
  clock?: Clock;
  /** `admin` may do everything, others what RBAC grants. The words `admin` and `dev` if not told: for tests only. */
  tokens?: Tokens;
  /** How long after a change the built-in controllers act. */
  controllerDelayMs?: number;
  /** How many changes of each resource are kept for watches that come back. */
  watchCacheSize?: number;
}

export interface ApiServer {
  url: string;
  port: number;
  /** YAML of a kubeconfig for the owner of a token. */
  kubeconfig(token: string): string;
  /** Ends all watches, waits for the disk, and frees the port. */
  close(): Promise<void>;
}

const FIRST_REVISION = 1_000;
const CONTROLLER_DELAY_MS = 50;
const WATCH_CACHE_SIZE = 10_000;

/**
 * Starts a Kubernetes API server in memory, with the definitions of CDI and
 * Longhorn. It speaks plain HTTP, so it should listen on loopback only.
 *
 * @throws Error when the port is taken, or when the folder cannot be read
 */
export async function startApiServer(
  options: ApiServerOptions = {},
): Promise<ApiServer> {
  const {
    port = 0,
    host = '127.0.0.1',
    clock = systemClock,
    tokens = { admin: 'admin', dev: 'dev' },
  } = options;
  const opened = options.dataDir
    ? Persistence.open(options.dataDir)
    : undefined;
  const definitions = new Definitions();
  for (const definition of readDefinitions()) definitions.addCustom(definition);
  const store = new Store({
    revision: Math.max(FIRST_REVISION, opened?.saved.revision ?? 0),
    watchCacheSize: options.watchCacheSize ?? WATCH_CACHE_SIZE,
  });
  if (opened) restore(store, definitions, opened.saved);
  const authorizer = new Authorizer(store, definitions);
  const policies = policyAdmission(store, definitions, authorizer);
  const registry = new Registry({
    store,
    definitions,
    clock,
    plugins: [
      namespaceLifecycle(store, definitions),
      claimAdmission(store, definitions),
      dataVolumeAdmission(store, definitions, authorizer),
      dataImportCronAdmission(definitions),
      limitRanger(store, definitions),
      escalationCheck(authorizer),
      policies,
      quotaAdmission(store, definitions),
    ],
  });
  followDefinitions(store, definitions);
  aggregateRoles(store, definitions);
  if (opened) follow(store, opened.persistence);
  const controllers = startControllers({
    store,
    definitions,
    clock,
    mayDelete: mayDeleteUnder(policies),
    delayMs: options.controllerDelayMs ?? CONTROLLER_DELAY_MS,
  });
  bootstrap(registry);
  for (const controller of controllers) controller.resync();
  store.compact();

  const closing = new AbortController();
  const persisted = async () => opened?.persistence.settled();
  const server = createServer((request, response) =>
    handleRequest(
      {
        store,
        definitions,
        registry,
        clock,
        tokens,
        authorizer,
        persisted,
        closing: closing.signal,
      },
      request,
      response,
    ),
  );
  // Watches are silent for long; it is their clients who end them.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${
    address.port
  }`;
  return {
    url,
    port: address.port,
    kubeconfig: token => kubeconfigOf(url, token),
    async close() {
      controllers.forEach(controller => controller.close());
      closing.abort();
      const closed = new Promise<void>(resolve => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
      await opened?.persistence.close();
    },
  };
}

function restore(store: Store, definitions: Definitions, saved: Saved) {
  for (const { resource, object } of saved.objects) {
    if (resource === 'customresourcedefinitions.apiextensions.k8s.io') {
      definitions.addCustom(object);
    }
  }
  for (const { resource, object } of saved.objects) {
    store.restore(definitions.get(resource), object);
  }
}

function follow(store: Store, persistence: Persistence) {
  store.onCommit(({ type }, { type: change, stored }) => {
    if (change === 'DELETED') persistence.remove(type, stored.object);
    else persistence.put(type, stored.object, stored.json);
  });
}

/** A new CustomResourceDefinition is served at once; a deleted one takes its objects along. */
function followDefinitions(store: Store, definitions: Definitions) {
  const crds = definitions.get(
    'customresourcedefinitions.apiextensions.k8s.io',
  );
  store.onCommit(({ type }, { type: change, stored }) => {
    if (type !== crds) return;
    if (change !== 'DELETED') {
      definitions.addCustom(stored.object);
      return;
    }
    const { group, names } = stored.object.spec ?? {};
    for (const collection of store.collections()) {
      if (
        collection.type.group === group &&
        collection.type.plural === (names as { plural?: string })?.plural
      ) {
        for (const { key } of collection.list()) {
          store.remove(collection.type, key);
        }
      }
    }
    definitions.removeCustom(stored.object);
  });
}

function startControllers(context: ControllerContext) {
  return [
    new GarbageCollector(context),
    new NamespaceController(context),
    new ProtectionController(context),
    new QuotaController(context),
  ];
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function kubeconfigOf(url: string, token: string): string {
  const name = 'sandbox';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // There is no TLS to verify; the JavaScript client refuses plain HTTP unless it is told so.
    clusters: [
      { name, cluster: { server: url, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
