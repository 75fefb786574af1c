import { startPortal } from './__testUtils__/startPortal';
import { until } from './tracking/__testUtils__/startTracking';

jest.setTimeout(60_000);

const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces/golden-images';
const ALIAS = `${CDI}/datasources/linux`;
const CLAIMS = '/api/v1/namespaces/golden-images/persistentvolumeclaims';
const LINUX = 'images/dev/golden-images/linux-1';
const LABELS = {
  'instancetype.kubevirt.io/default-instancetype': 'u1.medium',
  'instancetype.kubevirt.io/default-preference': 'ubuntu',
};

describe('what is said of an image, over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  it('is there from the import on, can be changed, and reaches who clones', async () => {
    const lena = portal.as('lena');
    const made = await lena.post('images', {
      name: 'linux',
      version: '1',
      source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
      size: '128Mi',
      title: 'Linux',
      owner: 'Group:default/Librarians',
      links: [{ title: 'Notes', url: 'https://wiki.example/linux' }],
      kubevirt: {
        defaultInstancetype: 'u1.medium',
        defaultPreference: 'ubuntu',
      },
    });
    expect(made.body.warnings).toContain(
      'owner: there is no group:default/librarians in the catalog, or you may not see it',
    );
    const { object } = await portal.waitFor(made.body.waitHandle);
    expect(object).toMatchObject({
      title: 'Linux',
      owner: 'group:default/librarians',
      links: [{ title: 'Notes', url: 'https://wiki.example/linux' }],
      kubevirt: {
        defaultInstancetype: 'u1.medium',
        defaultPreference: 'ubuntu',
      },
    });
    const claim = await portal.kubernetes('GET', `${CLAIMS}/linux-1`);
    expect(claim.metadata.labels).toMatchObject(LABELS);
    await until('CDI has copied the labels to the alias', async () => {
      const { metadata } = await portal.kubernetes('GET', ALIAS);
      return Object.entries(LABELS).every(
        ([label, value]) => metadata.labels[label] === value,
      );
    });

    const changed = await lena.patch(LINUX, {
      title: null,
      os: 'linux',
      deprecated: { reason: 'End of life', successor: 'debian' },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        changed: true,
        warnings: [
          expect.stringMatching(/no ready image "debian"/),
          expect.stringMatching(/^linux-1 is the current version of linux/),
        ],
      },
    });
    const seen = await portal.as('dora').get(LINUX);
    // The claim still has the title that CDI gave it at its creation.
    expect(seen.body).not.toHaveProperty('title');
    expect(seen.body).toMatchObject({
      os: 'linux',
      deprecated: { reason: 'End of life', successor: 'debian' },
    });

    const clone = await portal.as('dora').post('volumes', {
      image: { name: 'linux' },
      namespace: 'team-a',
      name: 'orders-disk',
    });
    expect(clone.status).toBe(202);
    expect(clone.body.warnings).toContain(
      'image: "golden-images/linux-1" is deprecated: End of life. Use debian instead',
    );
    await portal.waitFor(clone.body.waitHandle);
    const copy = await portal.kubernetes(
      'GET',
      '/api/v1/namespaces/team-a/persistentvolumeclaims/orders-disk',
    );
    expect(copy.metadata.labels).toMatchObject(LABELS);
    const { body } = await lena.get(
      'activity?cluster=dev&namespace=golden-images&name=linux-1',
    );
    expect(body.items.slice(0, 2)).toEqual([
      expect.objectContaining({
        action: 'deprecated',
        actor: 'user:default/lena',
        message: 'linux-1 is deprecated: End of life. Use debian instead',
      }),
      expect.objectContaining({
        action: 'described',
        message: 'linux-1: changed title, os',
      }),
    ]);
  });
});
