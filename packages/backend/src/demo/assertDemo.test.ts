import { ConfigReader } from '@backstage/config';
import { assertDemo } from './assertDemo';

const demo = {
  app: { baseUrl: 'http://localhost:7007' },
  backend: {
    baseUrl: 'http://localhost:7007',
    listen: { host: '127.0.0.1', port: 7007 },
  },
  demo: { enabled: true },
};

const check = (config: object, nodeEnv?: string) => () =>
  assertDemo(new ConfigReader({ ...demo, ...config }), nodeEnv);

describe('assertDemo', () => {
  it("lets the demo's own configuration pass", () => {
    expect(check({}, 'development')).not.toThrow();
    expect(check({})).not.toThrow();
  });

  it('wants the switch that only the launcher sets', () => {
    expect(check({ demo: {} })).toThrow(/demo\.enabled is not true/);
    expect(check({ demo: { enabled: false } })).toThrow(/npm run demo/);
  });

  it('refuses production', () => {
    expect(check({}, 'production')).toThrow(/NODE_ENV is "production"/);
  });

  it('refuses an address that others can reach', () => {
    expect(check({ app: { baseUrl: 'https://portal.example.com' } })).toThrow(
      /app\.baseUrl is not .*portal\.example\.com/,
    );
    expect(
      check({
        backend: { ...demo.backend, baseUrl: 'http://localhost.example.com' },
      }),
    ).toThrow(/backend\.baseUrl is not/);
  });

  it('refuses to listen on every interface', () => {
    const { baseUrl } = demo.backend;
    expect(check({ backend: { baseUrl } })).toThrow(/every interface/);
    expect(
      check({ backend: { baseUrl, listen: { host: '0.0.0.0' } } }),
    ).toThrow(/backend\.listen\.host is not .*0\.0\.0\.0/);
    expect(check({ backend: { baseUrl, listen: ':7007' } })).toThrow();
  });
});
