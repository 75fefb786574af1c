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
import { freePort, Hints, TestSandbox } from '@golden-images/sandbox-cluster';
import request from 'supertest';
import goldenImagesPlugin from '..';
import { choreTimingServiceRef } from '../tracking/choreTimingServiceRef';
import { systemTiming } from '../tracking/Timing';

/** What a cluster does at a fiftieth of its time is not to wait for chores. */
const CHORE_HASTE = 20;

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
  const sandbox = await TestSandbox.start(NAMESPACES);
  const images = sandbox.imageServer;
  const closedPort = await freePort();
  const changes = new Hints();
  const events = mockServices.events();
  await events.subscribe({
    id: 'listener',
    topics: ['golden-images'],
    onEvent: async () => changes.give(),
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
        service: choreTimingServiceRef,
        deps: {},
        factory: () => ({
          delay: (ms, signal) => systemTiming.delay(ms / CHORE_HASTE, signal),
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
  const until = (
    ask: () => Promise<Answer>,
    isEnough: (answer: Answer) => boolean,
  ) => changes.until(ask, isEnough);

  return {
    /** Allowed, but nobody listens there. */
    closedUrl: `http://127.0.0.1:${closedPort}/demo-linux.qcow2`,
    sandbox,
    kubernetes: sandbox.request.bind(sandbox),
    imageUrl: (path: string) => new URL(path, images).href,
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
    },
  };
}
