import { startApiServer, type ApiServer } from '..';
import { ApiClient } from '../__testUtils__/ApiClient';

const CLAIMS = '/api/v1/namespaces/dev-a/persistentvolumeclaims';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1';

const roleRef = (kind: string, name: string) => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind,
  name,
});

describe('role-based access control', () => {
  let server: ApiServer;
  let admin: ApiClient;
  let alice: ApiClient;
  let account: ApiClient;

  beforeEach(async () => {
    server = await startApiServer({
      tokens: {
        admin: 'secret',
        dev: 'dev',
        users: [
          { token: 'alice', name: 'alice', groups: ['team'] },
          { token: 'sa', name: 'system:serviceaccount:tools:robot' },
        ],
      },
    });
    admin = new ApiClient(server.url, 'secret');
    alice = new ApiClient(server.url, 'alice');
    account = new ApiClient(server.url, 'sa');
    await admin.post('/api/v1/namespaces', { metadata: { name: 'dev-a' } });
  });

  afterEach(() => server.close());

  const bind = (name: string, ref: object, subjects: object[]) =>
    admin.post(`${RBAC}/namespaces/dev-a/rolebindings`, {
      metadata: { name },
      roleRef: ref,
      subjects,
    });

  it('refuses what no role grants, in the words of Kubernetes', async () => {
    const answer = await alice.get(CLAIMS);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({
      reason: 'Forbidden',
      message:
        'persistentvolumeclaims is forbidden: User "alice" cannot list resource "persistentvolumeclaims" in API group "" in the namespace "dev-a"',
    });
  });

  it('grants a ClusterRole in one namespace only, to a group and to a service account', async () => {
    await bind('viewers', roleRef('ClusterRole', 'view'), [
      { kind: 'Group', name: 'team' },
      { kind: 'ServiceAccount', name: 'robot', namespace: 'tools' },
    ]);
    expect((await alice.get(CLAIMS)).status).toBe(200);
    expect((await account.get(CLAIMS)).status).toBe(200);
    expect((await alice.post(CLAIMS, {})).status).toBe(403);
    const elsewhere = CLAIMS.replace('dev-a', 'default');
    expect((await alice.get(elsewhere)).status).toBe(403);
    expect((await alice.get('/api/v1/namespaces/dev-a')).status).toBe(200);
    expect((await alice.get('/api/v1/namespaces')).status).toBe(403);
  });

  it('keeps to resource names and subresources', async () => {
    await admin.post(`${RBAC}/namespaces/dev-a/roles`, {
      metadata: { name: 'one' },
      rules: [
        {
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['mine'],
          verbs: ['get'],
        },
        { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
      ],
    });
    await bind('one', roleRef('Role', 'one'), [
      { kind: 'User', name: 'alice' },
    ]);
    const space = '/api/v1/namespaces/dev-a';
    expect((await alice.get(`${space}/configmaps/mine`)).status).toBe(404);
    expect((await alice.get(`${space}/configmaps/other`)).status).toBe(403);
    expect((await alice.get(`${space}/configmaps`)).status).toBe(403);
    expect((await alice.patch(`${space}/pods/x/status`, {})).status).toBe(404);
    expect((await alice.patch(`${space}/pods/x`, {})).status).toBe(403);
  });

  it('fills aggregated ClusterRoles, and empties them again', async () => {
    await bind('admins', roleRef('ClusterRole', 'admin'), [
      { kind: 'User', name: 'alice' },
    ]);
    const backups = '/apis/longhorn.io/v1beta2/namespaces/dev-a/volumes';
    expect((await alice.get(backups)).status).toBe(403);
    const name = 'longhorn-view';
    await admin.post(`${RBAC}/clusterroles`, {
      metadata: {
        name,
        labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
      },
      rules: [
        { apiGroups: ['longhorn.io'], resources: ['volumes'], verbs: ['list'] },
      ],
    });
    // Through view and edit into admin.
    expect((await alice.get(backups)).status).toBe(200);
    await admin.delete(`${RBAC}/clusterroles/${name}`);
    expect((await alice.get(backups)).status).toBe(403);
  });

  it('lets only those impersonate who may', async () => {
    const as = (client: ApiClient, headers: Record<string, string>) =>
      client.get(CLAIMS, headers);
    const refused = await as(alice, { 'impersonate-user': 'admin' });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('cannot impersonate-on:user-info:list');
    const nobody = await as(admin, { 'impersonate-user': 'nobody' });
    expect(nobody.text).toContain('User \\"nobody\\" cannot list');
    const master = await as(admin, {
      'impersonate-user': 'nobody',
      'impersonate-group': 'system:masters',
    });
    expect(master.status).toBe(200);
  });

  it('refuses to hand out rights that the author does not have', async () => {
    await bind('admins', roleRef('ClusterRole', 'admin'), [
      { kind: 'User', name: 'alice' },
    ]);
    const roles = `${RBAC}/namespaces/dev-a/roles`;
    const role = (verbs: string[]) => ({
      metadata: { name: 'more' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
    });
    const refused = await alice.post(roles, role(['get', 'bless']));
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(
      'is attempting to grant RBAC permissions not currently held:\\n{APIGroups:[\\"\\"], Resources:[\\"configmaps\\"], Verbs:[\\"bless\\"]}',
    );
    expect((await alice.post(roles, role(['get']))).status).toBe(201);
  });

  it('answers reviews with the binding that decides', async () => {
    await bind('viewers', roleRef('ClusterRole', 'view'), [
      { kind: 'User', name: 'alice' },
    ]);
    const resourceAttributes = {
      verb: 'list',
      resource: 'persistentvolumeclaims',
      namespace: 'dev-a',
    };
    const own = await alice.post(`${REVIEWS}/selfsubjectaccessreviews`, {
      spec: { resourceAttributes },
    });
    expect(own.body).toMatchObject({
      status: {
        allowed: true,
        reason:
          'RBAC: allowed by RoleBinding "viewers/dev-a" of ClusterRole "view" to User "alice"',
      },
    });
    const reviews = `${REVIEWS}/subjectaccessreviews`;
    const spec = { user: 'bob', resourceAttributes };
    const other = await admin.post(reviews, { spec });
    expect(other.body).toMatchObject({ status: { allowed: false } });
    expect((await alice.post(reviews, { spec })).status).toBe(403);
  });
});
