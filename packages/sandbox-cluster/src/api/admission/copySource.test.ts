import { startApiServer, type ApiServer } from '..';
import { ApiClient } from '../__testUtils__/ApiClient';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';
const CDI = '/apis/cdi.kubevirt.io/v1beta1';
const REFUSAL =
  'admission webhook "datavolume-mutate.cdi.kubevirt.io" denied the request:  User alice has insufficient permissions in clone source namespace golden-images';

interface Rule {
  apiGroups: string[];
  resources: string[];
}
const SOURCE = {
  apiGroups: ['cdi.kubevirt.io'],
  resources: ['datavolumes/source'],
};
const PODS = { apiGroups: [''], resources: ['pods'] };
const CLAIMS = { apiGroups: [''], resources: ['persistentvolumeclaims'] };

describe('whom CDI lets copy from another namespace', () => {
  let server: ApiServer;
  let admin: ApiClient;
  let alice: ApiClient;

  const bind = (namespace: string, role: string) =>
    admin.post(`${RBAC}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: role.replace(/[:.]/g, '-') },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'Group', name: 'developers', apiGroup: GROUP }],
    });

  beforeEach(async () => {
    server = await startApiServer({
      tokens: {
        admin: 'secret',
        dev: 'dev',
        users: [{ token: 'alice', name: 'alice', groups: ['developers'] }],
      },
    });
    admin = new ApiClient(server.url, 'secret');
    alice = new ApiClient(server.url, 'alice');
    for (const name of ['golden-images', 'dev-b']) {
      await admin.post('/api/v1/namespaces', { metadata: { name } });
    }
    await bind('dev-b', 'admin');
  });

  afterEach(() => server.close());

  const grant = async (rules: Rule[]) => {
    await admin.post(`${RBAC}/clusterroles`, {
      metadata: { name: 'granted' },
      rules: rules.map(rule => ({ ...rule, verbs: ['create'] })),
    });
    await bind('golden-images', 'granted');
  };
  const copy = (kind: 'pvc' | 'snapshot', namespace = 'golden-images') =>
    alice.post(`${CDI}/namespaces/dev-b/datavolumes`, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: { name: 'copy' },
      spec: {
        source: { [kind]: { namespace, name: 'base' } },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '10Gi' } },
        },
      },
    });

  it('refuses as it was recorded, then lets who may create sources there', async () => {
    const { status, body } = await copy('pvc');
    expect(status).toBe(422);
    expect(body).toMatchObject({
      message: REFUSAL,
      details: {
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: expect.stringContaining('User alice has insufficient'),
            field: 'spec.source.PVC.namespace',
          },
        ],
      },
    });
    await bind('golden-images', 'cdi.kubevirt.io:clone-sourcer');
    expect((await copy('pvc')).status).toBe(201);
  });

  it.each<['pvc' | 'snapshot', Rule[], number]>([
    ['pvc', [PODS], 201],
    ['pvc', [CLAIMS], 422],
    ['snapshot', [SOURCE], 201],
    ['snapshot', [PODS], 422],
    ['snapshot', [PODS, CLAIMS], 201],
  ])('of a %s with %j: %d', async (kind, rules, status) => {
    await grant(rules);
    expect((await copy(kind)).status).toBe(status);
  });

  it.each(['pvc', 'snapshot'] as const)(
    'asks for nothing where a %s is of the same namespace',
    async kind => {
      expect((await copy(kind, 'dev-b')).status).toBe(201);
    },
  );
});
