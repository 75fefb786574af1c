import { ConfigReader } from '@backstage/config';
import { join } from 'node:path';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { readGoldenImagesConfig } from './readGoldenImagesConfig';
import { demandsVerification } from './verification';

const DAY_MS = 24 * 3_600_000;
const read = (data: object) =>
  readGoldenImagesConfig(new ConfigReader(JSON.parse(JSON.stringify(data))));
const cluster = (entry: object) => ({
  goldenImages: { clusters: [{ name: 'dev', ...entry }] },
});
const allow = (entry: object) => ({
  goldenImages: { imports: { allow: [entry] } },
});
const kubernetes = (entry: object) => ({
  ...cluster({ fromKubernetesPlugin: 'shared' }),
  kubernetes: {
    clusterLocatorMethods: [
      { type: 'catalog' },
      { type: 'config', clusters: [{ name: 'shared', ...entry }] },
    ],
  },
});

describe('readGoldenImagesConfig', () => {
  const directory = createMockDirectory();

  it.each([
    ['10.1.0.5:8080', { address: '10.1.0.5', port: 8080 }],
    ['[fd00::5]:80', { address: 'fd00::5', port: 80 }],
  ])('reads where the backend reaches a host: %s', (reachedAt, expected) => {
    const { imports } = read(allow({ host: 'images.example', reachedAt }));
    expect(imports.allow).toMatchObject([{ reachedAt: expected }]);
  });

  it.each([
    ['images.example:80', /must be an address and a port/],
    ['10.1.0.5', /must be an address and a port/],
    ['10.1.0.5:0', /must be an address and a port/],
    ['10.1.0.5:99999', /must be an address and a port/],
    ['300.1.0.5:80', /must be an address and a port/],
    ['169.254.169.254:80', /link-local.*never allowed/],
  ])('refuses to reach a host at %s', (reachedAt, message) => {
    expect(() => read(allow({ host: 'images.example', reachedAt }))).toThrow(
      message,
    );
  });

  it('is empty when nothing is configured', () => {
    expect(read({})).toEqual({
      clusters: [],
      admins: [],
      imports: { allow: [] },
      history: { keepForMs: 90 * DAY_MS },
    });
  });

  it('demands verified bytes in all namespaces but those that say otherwise', () => {
    const config = read({
      goldenImages: {
        clusters: [
          {
            name: 'dev',
            inCluster: true,
            namespaces: [{ name: 'drafts', requireVerified: false }],
          },
        ],
        imports: { requireVerified: true },
      },
    });
    const [dev] = config.clusters;
    expect(demandsVerification(dev, 'golden-images')).toBe(true);
    expect(demandsVerification(dev, 'drafts')).toBe(false);
    const [other] = read(cluster({ inCluster: true })).clusters;
    expect(demandsVerification(other, 'golden-images')).toBe(false);
  });

  it.each([
    [{ days: 7 }, 7 * DAY_MS],
    [{ hours: 12 }, DAY_MS / 2],
    ['P1Y', 365 * DAY_MS],
  ])('keeps the history for %j', (keepFor, expected) => {
    const { history } = read({ goldenImages: { history: { keepFor } } });
    const deviation = Math.abs(history.keepForMs - expected);
    // A year has no fixed length.
    expect(deviation).toBeLessThanOrEqual(DAY_MS);
  });

  it.each([
    [
      { days: 0 },
      /goldenImages\.history\.keepFor: must be longer than nothing/,
    ],
    ['soon', /goldenImages\.history\.keepFor/],
  ])('refuses to keep the history for %j', (keepFor, message) => {
    expect(() => read({ goldenImages: { history: { keepFor } } })).toThrow(
      message,
    );
  });

  it('applies defaults', () => {
    expect(read(cluster({ kubeconfig: '/k' })).clusters).toEqual([
      {
        name: 'dev',
        title: undefined,
        connection: { type: 'kubeconfig', path: '/k', context: undefined },
        scope: 'cluster',
        imageNamespaces: ['golden-images'],
        storageClass: undefined,
        namespaces: [],
      },
    ]);
  });

  it('reads every field', () => {
    const config = read({
      goldenImages: {
        clusters: [
          {
            name: 'a',
            title: 'A',
            url: 'https://a.example/',
            token: 'secret',
            caFile: join(directory.path, 'ca.pem'),
            scope: ['team-a'],
            imageNamespaces: ['gold'],
            storageClass: 'longhorn',
            keepVersions: 5,
            retain: true,
            namespaces: [
              {
                name: 'team-a',
                owner: 'Group:Default/Team-A',
                keepVersions: 2,
              },
            ],
          },
          { name: 'b', inCluster: true },
        ],
        admins: ['user:default/Ada'],
        imports: {
          allow: [
            {
              host: 'Images.example',
              // as it comes from an environment variable
              port: '8443',
              paths: ['/images/'],
              allowAddresses: ['10.0.0.0/8', 'fd00::/8'],
            },
            { host: '::1' },
          ],
        },
      },
    });
    expect(config.clusters[0]).toEqual({
      name: 'a',
      title: 'A',
      connection: {
        type: 'url',
        url: 'https://a.example',
        token: 'secret',
        caFile: join(directory.path, 'ca.pem'),
      },
      scope: ['team-a', 'gold'],
      imageNamespaces: ['gold'],
      storageClass: 'longhorn',
      keepVersions: 5,
      retain: true,
      namespaces: [
        { name: 'team-a', owner: 'group:default/team-a', keepVersions: 2 },
      ],
    });
    expect(config.clusters[1].connection).toEqual({ type: 'in-cluster' });
    expect(config.admins).toEqual(['user:default/ada']);
    expect(config.imports.allow).toEqual([
      {
        host: 'images.example',
        port: 8443,
        paths: ['/images/'],
        allowAddresses: ['10.0.0.0/8', 'fd00::/8'],
      },
      { host: '[::1]', port: undefined, paths: undefined, allowAddresses: [] },
    ]);
  });

  it('takes a cluster of the Kubernetes plugin', () => {
    const config = read(
      kubernetes({
        url: 'https://shared.example',
        authProvider: 'serviceAccount',
        serviceAccountToken: 'token',
        caData: 'Q0E=',
      }),
    );
    expect(config.clusters[0].connection).toEqual({
      type: 'url',
      url: 'https://shared.example',
      token: 'token',
      caData: 'Q0E=',
    });
    expect(config.clusters[0].kubernetesPluginName).toBe('shared');
  });

  it.each([
    ['no name', { goldenImages: { clusters: [{}] } }, /clusters\[0\]\.name/],
    [
      'a name that breaks paths',
      { goldenImages: { clusters: [{ name: 'a/b', inCluster: true }] } },
      /clusters\[0\]\.name: "a\/b"/,
    ],
    [
      'a name twice',
      {
        goldenImages: {
          clusters: [
            { name: 'a', inCluster: true },
            { name: 'a', inCluster: true },
          ],
        },
      },
      /clusters\[1\]\.name: "a" is taken by goldenImages\.clusters\[0\]/,
    ],
    [
      'a scope that is a word',
      cluster({ inCluster: true, scope: 'namespace' }),
      /clusters\[0\]\.scope: must be "cluster" or a list/,
    ],
    [
      'an empty scope',
      cluster({ inCluster: true, scope: [] }),
      /clusters\[0\]\.scope: must name at least one/,
    ],
    [
      'no image namespace',
      cluster({ inCluster: true, imageNamespaces: [] }),
      /clusters\[0\]\.imageNamespaces: must name at least one/,
    ],
    [
      'a namespace with a bad name',
      cluster({ inCluster: true, imageNamespaces: ['Gold'] }),
      /clusters\[0\]\.imageNamespaces\[0\]: "Gold"/,
    ],
    [
      'an owner that is no entity ref',
      cluster({ inCluster: true, namespaces: [{ name: 'a', owner: 'team' }] }),
      /clusters\[0\]\.namespaces\[0\]\.owner: "team" must be a full entity/,
    ],
    [
      'an admin that is no entity ref',
      { goldenImages: { admins: ['ada'] } },
      /goldenImages\.admins\[0\]: "ada"/,
    ],
    ['a wildcard host', allow({ host: '*.example' }), /allow\[0\]\.host: "\*/],
    ['a host with a port', allow({ host: 'a:80' }), /allow\[0\]\.host: "a:80"/],
    ['a host with a path', allow({ host: 'a/b' }), /allow\[0\]\.host: "a\/b"/],
    [
      'a host in an odd form of an address',
      allow({ host: '2130706433' }),
      /allow\[0\]\.host/,
    ],
    ['a port of 0', allow({ host: 'a', port: 0 }), /allow\[0\]\.port/],
    [
      'a path that climbs',
      allow({ host: 'a', paths: ['/a/../b'] }),
      /allow\[0\]\.paths\[0\]: "\/a\/\.\.\/b"/,
    ],
    [
      'a path without a slash',
      allow({ host: 'a', paths: ['a'] }),
      /allow\[0\]\.paths\[0\]/,
    ],
    [
      'an address instead of a range',
      allow({ host: 'a', allowAddresses: ['10.0.0.1'] }),
      /allow\[0\]\.allowAddresses\[0\]: "10\.0\.0\.1" must be a range/,
    ],
  ])('refuses %s', (_name, data, message) => {
    expect(() => read(data)).toThrow(message);
  });

  // How one cluster is reached: the others start without it.
  it.each<[string, object, RegExp]>([
    ['no connection', cluster({}), /clusters\[0\]: name exactly one of .*none/],
    [
      'two connections',
      cluster({ kubeconfig: '/k', url: 'https://a' }),
      /clusters\[0\]: name exactly one of .*kubeconfig and url/,
    ],
    [
      'inCluster: false is no connection',
      cluster({ inCluster: false }),
      /clusters\[0\]: name exactly one of/,
    ],
    [
      'a url that is none',
      cluster({ url: 'a' }),
      /clusters\[0\]\.url: must be/,
    ],
    [
      'a url with a password',
      cluster({ url: 'https://u:p@a' }),
      /clusters\[0\]\.url: must not hold user and password/,
    ],
    [
      'two CAs',
      cluster({ url: 'https://a', caData: 'x', caFile: '/y' }),
      /clusters\[0\]: give either caData or caFile/,
    ],
    [
      "another plugin's entry with a token that is no text",
      kubernetes({ url: 'https://a', serviceAccountToken: { $env: 'T' } }),
      /serviceAccountToken/,
    ],
    [
      'an unknown cluster of the Kubernetes plugin',
      cluster({ fromKubernetesPlugin: 'x' }),
      /clusters\[0\]\.fromKubernetesPlugin: there is no cluster "x".*there: none/,
    ],
    [
      'one without a token of its own',
      kubernetes({ url: 'https://a', authProvider: 'oidc' }),
      /"shared", named by goldenImages\.clusters\[0\]\.fromKubernetesPlugin: has no serviceAccountToken/,
    ],
    [
      'one that does not check certificates',
      kubernetes({
        url: 'https://a',
        serviceAccountToken: 't',
        skipTLSVerify: true,
      }),
      /skipTLSVerify is not supported/,
    ],
    [
      'one with two CAs',
      kubernetes({
        url: 'https://a',
        serviceAccountToken: 't',
        caData: 'x',
        caFile: '/y',
      }),
      /give either caData or caFile/,
    ],
  ])('says of one cluster why it cannot use %s', (_name, data, message) => {
    const [{ connection }] = read(data).clusters;
    expect(connection).toEqual({
      type: 'unusable',
      message: expect.stringMatching(message),
    });
  });

  it('refuses what the schema of the configuration refuses', () => {
    expect(() => read(cluster({ url: { a: 1 } }))).toThrow(
      /goldenImages\.clusters\[0\]\.url/,
    );
  });

  it.each([0, 1.5, -1])('refuses to keep %s versions', keepVersions => {
    expect(() => read(cluster({ inCluster: true, keepVersions }))).toThrow(
      'goldenImages.clusters[0].keepVersions: must be a whole number, at least 1',
    );
    const namespaces = [{ name: 'gold', keepVersions }];
    expect(() => read(cluster({ inCluster: true, namespaces }))).toThrow(
      'goldenImages.clusters[0].namespaces[0].keepVersions: must be a whole number',
    );
  });
});
