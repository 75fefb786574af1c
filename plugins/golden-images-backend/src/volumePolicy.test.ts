import {
  type BackstageUserPrincipal,
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  AuthorizeResult,
  type ConditionalPolicyDecision,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  ANNOTATIONS,
  goldenImagesVolumeReadPermission,
} from '@golden-images/plugin-golden-images-common';
import { startApiServer, type ApiServer } from '@golden-images/sandbox-cluster';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import goldenImagesPlugin, {
  createGoldenVolumeConditionalDecision,
  goldenVolumeConditions,
} from '.';

const TEAMS: Record<string, string[]> = {
  'user:default/dora': ['group:default/team-a'],
  'user:default/emil': ['group:default/team-b'],
};
/** Sees everything, so that the tests know when there is something to see. */
const AUDITOR = 'user:default/audrey';
const ORDERS = 'component:default/orders';

const ruled = (user: string): PolicyDecision =>
  createGoldenVolumeConditionalDecision(
    goldenImagesVolumeReadPermission,
    goldenVolumeConditions.isNamespaceOwner({
      claims: TEAMS[user] ?? [],
    }),
  );

/** Volumes of one component in the namespaces of two teams. */
async function fillCluster(api: ApiServer) {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer admin',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  for (const team of ['team-a', 'team-b']) {
    await post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: team,
        annotations: { [ANNOTATIONS.owner]: `group:default/${team}` },
      },
    });
    await post(`/api/v1/namespaces/${team}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: `disk-of-${team}`,
        annotations: { [ANNOTATIONS.entityRef]: ORDERS },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
  }
}

async function start(policy: (user: string) => PolicyDecision) {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-'));
  const api = await startApiServer();
  await fillCluster(api);
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, api.kubeconfig('admin'));
  const events = mockServices.events();
  const backend = await startTestBackend({
    features: [
      goldenImagesPlugin,
      createServiceFactory({
        service: coreServices.permissions,
        deps: {},
        factory: () => ({
          authorize: async requests =>
            requests.map(() => ({ result: AuthorizeResult.ALLOW })),
          authorizeConditional: async (requests, { credentials }) => {
            const { userEntityRef } =
              credentials.principal as BackstageUserPrincipal;
            return requests.map(() =>
              userEntityRef === AUDITOR
                ? { result: AuthorizeResult.ALLOW }
                : policy(userEntityRef),
            );
          },
        }),
      }),
      mockServices.rootConfig.factory({
        data: {
          goldenImages: { clusters: [{ name: 'dev', kubeconfig }] },
        },
      }),
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => events,
      }),
      catalogServiceMock.factory({
        entities: [
          {
            apiVersion: 'backstage.io/v1alpha1',
            kind: 'Component',
            metadata: { namespace: 'default', name: 'orders' },
            relations: [{ type: 'ownedBy', targetRef: 'group:default/team-a' }],
          },
        ],
      }),
      createServiceFactory({
        service: coreServices.userInfo,
        deps: {},
        factory: () => ({
          getUserInfo: async credentials => {
            const { userEntityRef } = credentials.principal as {
              userEntityRef: string;
            };
            const ownershipEntityRefs = TEAMS[userEntityRef] ?? [];
            return { userEntityRef, ownershipEntityRefs };
          },
        }),
      }),
    ],
  });
  const get = (user: string, path: string) =>
    request(backend.server)
      .get(`/api/golden-images/${path}`)
      .set('Authorization', mockCredentials.user.header(user));
  await new Promise<void>((resolve, reject) => {
    const look = async () => {
      const { body } = await get(AUDITOR, `volumes?entityRef=${ORDERS}`);
      if (body.items?.length === 2) resolve();
    };
    events
      .subscribe({ id: 'test', topics: ['golden-images'], onEvent: look })
      .then(look)
      .catch(reject);
  });
  const post = (path: string, body: object) =>
    request(backend.server)
      .post(`/api/golden-images/${path}`)
      .set('Authorization', mockCredentials.service.header())
      .send(body);
  return {
    get,
    post,
    stop: async () => {
      await backend.stop();
      await api.close();
      await rm(directory, { recursive: true });
    },
  };
}

describe('a policy for golden-volume', () => {
  const names = (body: { items: { name: string }[] }) =>
    body.items.map(item => item.name);

  it('shows to each team what is in its namespaces', async () => {
    const { get, stop } = await start(ruled);
    const ofOrders = `volumes?entityRef=${ORDERS}`;
    const dora = await get('user:default/dora', ofOrders);
    expect(names(dora.body)).toEqual(['disk-of-team-a']);
    const emil = await get('user:default/emil', ofOrders);
    expect(names(emil.body)).toEqual(['disk-of-team-b']);

    const volume = 'volumes/dev/team-a/disk-of-team-a';
    expect((await get('user:default/dora', volume)).status).toBe(200);
    const hidden = await get('user:default/emil', volume);
    expect(hidden.status).toBe(404);
    expect(hidden.body.error.message).toMatch(/or you may not see it/);
    // Without the policy he would see it: it is attached to a component that he may read.
    expect((await get(AUDITOR, volume)).status).toBe(200);
    await stop();
  });

  it('is decided by the backend for volumes that others name', async () => {
    const { post, stop } = await start(ruled);
    const { conditions, pluginId, resourceType } = ruled(
      'user:default/dora',
    ) as ConditionalPolicyDecision;
    expect({ pluginId, resourceType }).toEqual({
      pluginId: 'golden-images',
      resourceType: 'golden-volume',
    });
    const { body } = await post(
      '.well-known/backstage/permissions/apply-conditions',
      {
        items: ['team-a', 'team-b', 'team-c'].map(team => ({
          id: team,
          resourceRef: `dev/${team}/disk-of-${team}`,
          resourceType,
          conditions,
        })),
      },
    );
    expect(body.items).toEqual([
      { id: 'team-a', result: 'ALLOW' },
      { id: 'team-b', result: 'DENY' },
      { id: 'team-c', result: 'DENY' },
    ]);
    await stop();
  });

  it('cannot show what ownership denies', async () => {
    const { get, stop } = await start(() => ({
      result: AuthorizeResult.ALLOW,
    }));
    const listed = 'volumes?cluster=dev&namespace=team-a';
    const dora = await get('user:default/dora', listed);
    expect(names(dora.body)).toEqual(['disk-of-team-a']);
    expect((await get('user:default/emil', listed)).status).toBe(403);
    await stop();
  });

  it('that denies everything refuses, and names the permission', async () => {
    const { get, stop } = await start(() => ({ result: AuthorizeResult.DENY }));
    const { status, body } = await get(
      'user:default/dora',
      `volumes?entityRef=${ORDERS}`,
    );
    expect(status).toBe(403);
    expect(body.error.message).toMatch(/"golden-images\.volume\.read"/);
    await stop();
  });
});
