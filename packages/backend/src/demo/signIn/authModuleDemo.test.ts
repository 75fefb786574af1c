import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import authPlugin from '@backstage/plugin-auth-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { authModuleDemo } from './authModuleDemo';

const user = (name: string, team: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { namespace: 'default', name },
  spec: { profile: { displayName: name.toUpperCase() }, memberOf: [team] },
  relations: [{ type: 'memberOf', targetRef: `group:default/${team}` }],
});

const configuration = (demo: object) => ({
  app: { baseUrl: 'http://localhost:3000' },
  backend: {
    baseUrl: 'http://localhost:7007',
    listen: { host: '127.0.0.1', port: 0 },
  },
  auth: { providers: { demo: {} } },
  demo: {
    people: [
      { entityRef: 'user:default/dana', title: 'Dana', description: 'A' },
      { entityRef: 'user:default/gone', title: 'Gone', description: 'B' },
    ],
    ...demo,
  },
});

const start = (demo: object) =>
  startTestBackend({
    features: [
      authPlugin,
      authModuleDemo,
      catalogServiceMock.factory({
        entities: [user('dana', 'team-a'), user('tom', 'team-b')],
      }),
      mockServices.rootConfig.factory({ data: configuration(demo) }),
      mockServices.auth.factory(),
    ],
  });

async function signIn(headers: Record<string, string>) {
  const { server } = await start({ enabled: true });
  const response = await fetch(
    `http://127.0.0.1:${server.port()}/api/auth/demo/refresh`,
    { headers },
  );
  return { status: response.status, body: await response.json() };
}

describe('authModuleDemo', () => {
  it('signs one of the people in, with a token of their own', async () => {
    const { status, body } = await signIn({
      'x-demo-user': 'user:default/dana',
    });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      profile: { displayName: 'DANA' },
      backstageIdentity: {
        identity: {
          userEntityRef: 'user:default/dana',
          ownershipEntityRefs: ['user:default/dana', 'group:default/team-a'],
        },
      },
    });
    const [, payload] = body.backstageIdentity.token.split('.');
    expect(
      JSON.parse(Buffer.from(payload, 'base64url').toString()),
    ).toMatchObject({ sub: 'user:default/dana' });
  });

  it.each([
    ['nobody', {}],
    ['a user who is not offered', { 'x-demo-user': 'user:default/tom' }],
    ['a group', { 'x-demo-user': 'group:default/team-a' }],
  ])('refuses %s', async (_, headers) => {
    const { status, body } = await signIn(headers);
    expect(status).toBe(401);
    expect(body.error.message).toContain('x-demo-user must name one of');
  });

  it('refuses somebody who is not in the catalog', async () => {
    const { status, body } = await signIn({
      'x-demo-user': 'user:default/gone',
    });
    expect(status).toBe(404);
    expect(JSON.stringify(body)).not.toContain('"token"');
  });

  it('does not start without the switch of the launcher', async () => {
    await expect(start({})).rejects.toThrow(/demo\.enabled is not true/);
    await expect(start({ enabled: false })).rejects.toThrow(/npm run demo/);
  });

  it('does not start in production', async () => {
    const replaced = jest.replaceProperty(process, 'env', {
      ...process.env,
      NODE_ENV: 'production',
    });
    try {
      await expect(start({ enabled: true })).rejects.toThrow(/production/);
    } finally {
      replaced.restore();
    }
  });
});
