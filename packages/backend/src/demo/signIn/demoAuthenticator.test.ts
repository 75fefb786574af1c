import type { Request } from 'express';
import { createDemoAuthenticator } from './demoAuthenticator';

const authenticate = (headers: Record<string, string>) =>
  createDemoAuthenticator(['user:default/dana']).authenticate(
    { req: { get: (name: string) => headers[name] } as Request },
    undefined,
  );

describe('createDemoAuthenticator', () => {
  it.each(['localhost:7007', '127.0.0.1:7007', '[::1]:7007', 'LOCALHOST'])(
    'lets a request to %s in',
    async host => {
      await expect(
        authenticate({ host, 'x-demo-user': 'user:default/dana' }),
      ).resolves.toEqual({ result: { entityRef: 'user:default/dana' } });
    },
  );

  it.each([
    'portal.example.com',
    'localhost.example.com',
    '192.168.1.4:7007',
    '',
  ])(
    'refuses a request to "%s", a name that was made to point here',
    async host => {
      await expect(
        authenticate({ host, 'x-demo-user': 'user:default/dana' }),
      ).rejects.toThrow(/people of this machine/);
    },
  );
});
