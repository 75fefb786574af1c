import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { startSandbox } from '@golden-images/sandbox-cluster';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import goldenImagesPlugin from '..';
import { freePort } from './freePort';

const PEOPLE: Record<string, string[]> = {
  'user:default/lena': ['group:default/librarians'],
  'user:default/dora': ['group:default/team-a'],
  'user:default/emil': ['group:default/team-b'],
  'user:default/olga': ['group:default/librarians', 'group:default/team-a'],
};

const NAMESPACES: Record<string, string> = {
  'golden-images': 'group:default/librarians',
  'team-a': 'group:default/team-a',
  'team-b': 'group:default/team-b',
};

const component: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { namespace: 'default', name: 'orders' },
  relations: [{ type: 'ownedBy', targetRef: 'group:default/team-a' }],
};

interface Answer {
  status: number;
  // The shapes of answers are asserted by the tests.
  body: ReturnType<typeof JSON.parse>;
}

/** The backend as it runs in a portal, over an embedded cluster with real bytes. */
export async function startPortal() {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-'));
  const sandbox = await startSandbox({ dataDir: directory, timeFactor: 0.02 });
  const images = new URL(sandbox.imageServerUrl);
  const closedPort = await freePort();
  const kubernetes = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${sandbox.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.token}`,
        'content-type':
          method === 'PATCH'
            ? 'application/merge-patch+json'
            : 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  };
  for (const [name, owner] of Object.entries(NAMESPACES)) {
    await kubernetes('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        annotations: { 'golden-images.backstage.io/owner': owner },
      },
    });
  }
  /** Resolves with the first state of a watched object that will do. */
  const kubernetesUntil = async <T extends object>(
    collection: string,
    isEnough: (object: T) => boolean,
  ): Promise<T> => {
    const response = await fetch(`${sandbox.apiUrl}${collection}?watch=true`, {
      headers: { authorization: `Bearer ${sandbox.token}` },
    });
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split(
        '\n',
      );
      rest = lines.pop()!;
      const found = lines
        .filter(line => line !== '')
        .map(line => JSON.parse(line).object as T)
        .find(isEnough);
      if (found) return found;
    }
    throw new Error(`The watch of ${collection} ended`);
  };
  const changes = new Set<() => void>();
  const events = mockServices.events();
  await events.subscribe({
    id: 'listener',
    topics: ['golden-images'],
    onEvent: async () => changes.forEach(changed => changed()),
  });
  const backend = await startTestBackend({
    features: [
      goldenImagesPlugin,
      mockServices.rootConfig.factory({
        data: {
          goldenImages: {
            clusters: [{ name: 'dev', kubeconfig: sandbox.kubeconfigPath }],
            imports: {
              allow: [
                {
                  host: images.hostname,
                  port: Number(images.port),
                  allowAddresses: ['127.0.0.0/8'],
                },
                {
                  host: '127.0.0.1',
                  port: closedPort,
                  allowAddresses: ['127.0.0.0/8'],
                },
              ],
            },
          },
        },
      }),
      catalogServiceMock.factory({ entities: [component] }),
      createServiceFactory({
        service: coreServices.userInfo,
        deps: {},
        factory: () => ({
          getUserInfo: async credentials => {
            const { userEntityRef } = credentials.principal as {
              userEntityRef: string;
            };
            return {
              userEntityRef,
              ownershipEntityRefs: PEOPLE[userEntityRef] ?? [],
            };
          },
        }),
      }),
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => events,
      }),
    ],
  });

  const send = async (
    header: string,
    method: 'get' | 'post' | 'patch' | 'delete',
    path: string,
    body?: object,
  ): Promise<Answer> => {
    const { status, body: answer } = await request(backend.server)
      [method](`/api/golden-images/${path}`)
      .set('Authorization', header)
      .send(body);
    return { status, body: answer };
  };

  const service = {
    post: (path: string, body: object) =>
      send(mockCredentials.service.header(), 'post', path, body),
  };
  /** Asks again at every hint of a change until the answer will do. */
  const until = async (
    ask: () => Promise<Answer>,
    isEnough: (answer: Answer) => boolean,
  ): Promise<Answer> => {
    for (;;) {
      const changed = new Promise<void>(resolve => {
        const listener = () => {
          changes.delete(listener);
          resolve();
        };
        changes.add(listener);
      });
      const answer = await ask();
      if (isEnough(answer)) return answer;
      await changed;
    }
  };

  return {
    /** Allowed, but nobody listens there. */
    closedUrl: `http://127.0.0.1:${closedPort}/demo-linux.qcow2`,
    /** What the image server serves. */
    imagesFolder: join(directory, 'images'),
    imageUrl: (path: string) => new URL(path, images).href,
    kubernetes,
    kubernetesUntil,
    disksFolder: sandbox.disksFolder,
    as: (name: string) => {
      const header = mockCredentials.user.header(`user:default/${name}`);
      return {
        get: (path: string) => send(header, 'get', path),
        post: (path: string, body: object) => send(header, 'post', path, body),
        patch: (path: string, body: object) =>
          send(header, 'patch', path, body),
        delete: (path: string) => send(header, 'delete', path),
      };
    },
    service,
    until,
    /** The end of a wait. */
    waitFor: async (waitHandle: string) => {
      const { body } = await until(
        () => service.post('waits/status', { waitHandle }),
        answer => answer.body.outcome !== 'waiting',
      );
      return body;
    },
    async stop() {
      await backend.stop();
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
