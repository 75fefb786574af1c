import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  Watch,
} from '@kubernetes/client-node';
import { ApiClient } from './__testUtils__/ApiClient';
import {
  CLAIMS,
  claim,
  dataVolume,
  DATA_VOLUMES,
  makeNamespace,
} from './__testUtils__/objects';
import { startApiServer, type ApiServer } from './startApiServer';

describe('the API server', () => {
  let server: ApiServer;
  let admin: ApiClient;

  beforeEach(async () => {
    server = await startApiServer({ tokens: { admin: 'secret', dev: 'dev' } });
    admin = new ApiClient(server.url, 'secret');
    await makeNamespace(admin);
  });

  afterEach(() => server.close());

  it('says that the webhooks of CDI are there', async () => {
    const group = '/apis/admissionregistration.k8s.io/v1';
    const names = async (kind: string) => {
      const { body } = await admin.get(`${group}/${kind}webhookconfigurations`);
      const items = body.items as unknown as { webhooks: { name: string }[] }[];
      return items.map(({ webhooks }) => webhooks[0].name);
    };
    expect(await names('mutating')).toEqual([
      'datavolume-mutate.cdi.kubevirt.io',
      'pvc-mutate.cdi.kubevirt.io',
    ]);
    expect(await names('validating')).toContain(
      'datavolume-validate.cdi.kubevirt.io',
    );
  });

  it('serves the Kubernetes client library', async () => {
    const config = new KubeConfig();
    config.loadFromString(server.kubeconfig('secret'));
    const core = config.makeApiClient(CoreV1Api);
    const custom = config.makeApiClient(CustomObjectsApi);

    const made = await core.createNamespacedPersistentVolumeClaim({
      namespace: 'team',
      body: claim('disk'),
    });
    expect(made.spec?.storageClassName).toBe('longhorn');
    expect(made.metadata?.finalizers).toEqual(['kubernetes.io/pvc-protection']);

    const seen = await new Promise<string>((resolve, reject) => {
      new Watch(config)
        .watch(
          '/apis/cdi.kubevirt.io/v1beta1/namespaces/team/datavolumes',
          {},
          (type, object) => resolve(`${type} ${object.metadata.name}`),
          error => error && reject(error),
        )
        .then(() =>
          custom.createNamespacedCustomObject({
            group: 'cdi.kubevirt.io',
            version: 'v1beta1',
            namespace: 'team',
            plural: 'datavolumes',
            body: dataVolume('image'),
          }),
        )
        .catch(reject);
    });
    expect(seen).toBe('ADDED image');

    const list = await core.listPersistentVolumeClaimForAllNamespaces();
    expect(list.items.map(item => item.metadata?.name)).toEqual(['disk']);
  });

  it('tells who may do what', async () => {
    const dev = new ApiClient(server.url, 'dev');
    const nobody = new ApiClient(server.url);
    const stranger = new ApiClient(server.url, 'wrong');

    const refused = await dev.post(DATA_VOLUMES, dataVolume('x'));
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe(
      'datavolumes.cdi.kubevirt.io is forbidden: User "dev" cannot create resource "datavolumes" in API group "cdi.kubevirt.io" in the namespace "team"',
    );
    expect((await nobody.get(CLAIMS)).body.message).toBe(
      'persistentvolumeclaims is forbidden: User "system:anonymous" cannot list resource "persistentvolumeclaims" in API group "" in the namespace "team"',
    );
    expect((await stranger.get(CLAIMS)).status).toBe(401);
    expect((await nobody.get('/version')).status).toBe(200);
    expect((await nobody.get('/api')).status).toBe(403);
    expect((await dev.get('/apis')).status).toBe(200);
  });

  it('answers SelfSubjectAccessReviews for the caller', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const review = {
      spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
    };
    const asAdmin = await admin.post(path, review);
    expect(asAdmin.status).toBe(201);
    expect(asAdmin.body.status).toEqual({ allowed: true });
    const asDev = await new ApiClient(server.url, 'dev').post(path, review);
    expect(asDev.body.status).toEqual({ allowed: false });
  });

  it('lists what it serves, and nothing else', async () => {
    const groups = await admin.get('/apis');
    const names = (groups.body.groups as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(
      expect.arrayContaining([
        'cdi.kubevirt.io',
        'longhorn.io',
        'storage.k8s.io',
      ]),
    );
    expect(names).not.toContain('apps');
    const core = await admin.get('/api/v1');
    for (const { name, namespaced, verbs } of core.body.resources as {
      name: string;
      namespaced: boolean;
      verbs: string[];
    }[]) {
      if (!verbs.includes('list')) continue;
      const path = namespaced
        ? `/api/v1/namespaces/team/${name}`
        : `/api/v1/${name}`;
      expect(`${name} ${(await admin.get(path)).status}`).toBe(`${name} 200`);
    }
    expect((await admin.get('/apis/apps/v1/deployments')).status).toBe(404);
  });

  it('tells kubectl that it validates fields itself', async () => {
    const index = await admin.get('/openapi/v3');
    const paths = index.body.paths as Record<
      string,
      { serverRelativeURL: string }
    >;
    const { serverRelativeURL } = paths['apis/cdi.kubevirt.io/v1beta1'];
    const { body } = await admin.get(serverRelativeURL);
    const path =
      '/apis/cdi.kubevirt.io/v1beta1/namespaces/{namespace}/datavolumes/{name}';
    expect(body.paths).toHaveProperty([path, 'patch'], {
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': {
        group: 'cdi.kubevirt.io',
        version: 'v1beta1',
        kind: 'DataVolume',
      },
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
      ]),
      responses: expect.anything(),
    });
  });

  it('serves a definition that is added, and forgets it with its objects', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.test' },
      spec: {
        group: 'example.test',
        scope: 'Namespaced',
        names: {
          plural: 'things',
          singular: 'thing',
          kind: 'Thing',
          listKind: 'ThingList',
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    required: ['size'],
                    properties: { size: { type: 'integer', minimum: 1 } },
                  },
                },
              },
            },
          },
        ],
      },
    };
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const things = '/apis/example.test/v1/namespaces/team/things';
    expect((await admin.get(things)).status).toBe(404);
    expect((await admin.post(crds, definition)).status).toBe(201);
    const small = await admin.post(things, {
      metadata: { name: 'a' },
      spec: { size: 0 },
    });
    expect(small.body.message).toBe(
      'Thing.example.test "a" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    expect(
      (await admin.post(things, { metadata: { name: 'a' }, spec: { size: 2 } }))
        .status,
    ).toBe(201);
    expect((await admin.delete(`${crds}/things.example.test`)).status).toBe(
      200,
    );
    expect((await admin.get(things)).status).toBe(404);
  });
});
