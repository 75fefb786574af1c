import { startPortal } from './__testUtils__/startPortal';
import { until } from './tracking/__testUtils__/startTracking';

jest.setTimeout(60_000);

const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces/golden-images';
const FREEING = 'golden-images.backstage.io/freeing';

interface Named {
  metadata: { name: string };
}

describe('versions over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  const isCurrent = (version: string) =>
    portal.until(
      () => portal.as('dora').get(`images/dev/golden-images/linux-${version}`),
      ({ body }) => body.current,
    );

  async function published(version: string) {
    const made = await portal.as('lena').post('images', {
      name: 'linux',
      version,
      source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
      size: '128Mi',
    });
    expect(made.status).toBe(202);
    const end = await portal.waitFor(made.body.waitHandle);
    expect(end.object).toMatchObject({ state: 'ready', current: true });
    return end.object;
  }
  const volumes = async () => {
    const { items } = await portal.kubernetes(
      'GET',
      '/api/v1/persistentvolumes',
    );
    return items.map(({ metadata }: Named) => metadata.name);
  };

  it('are rolled back, forward and retired; what was cloned stays', async () => {
    const first = await published('1');
    await published('2');
    // Whoever has waited for a version gets it by the name alone.
    const byName = {
      image: { name: 'linux' },
      namespace: 'team-a',
      name: 'orders-disk',
      entityRef: 'component:default/orders',
    };
    const tried = await portal.as('dora').post('volumes?dryRun=true', byName);
    expect(tried.body.volume.source).toMatchObject({ version: '2' });
    const lena = portal.as('lena');
    const linux = 'images/dev/golden-images/linux';
    const back = await lena.post(`${linux}/current`, { version: '1' });
    expect(back.body).toMatchObject({ name: 'linux-1', pinned: true });
    await isCurrent('1');
    const clone = await portal.as('dora').post('volumes', byName);
    expect(clone.status).toBe(202);
    const refused = await lena.delete(`${linux}-1`);
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toMatch(/the current version of linux/);
    const forward = await lena.post(`${linux}/current`, { version: '2' });
    expect(forward.body).toMatchObject({ name: 'linux-2', pinned: true });
    await lena.delete(`${linux}/current/pin`);
    await portal.waitFor(clone.body.waitHandle);

    const dependents = await lena.get(`${linux}-1/dependents`);
    expect(dependents.body).toEqual({
      blockers: [],
      running: [],
      unseen: [],
      clones: [],
      otherClones: 1,
      sizeBytes: 128 * 2 ** 20,
    });
    const retired = await lena.delete(`${linux}-1`);
    expect(retired.status).toBe(202);
    await portal.until(
      () => lena.get(`${linux}-1`),
      ({ status }) => status === 404,
    );
    const card = await portal.until(
      () => portal.as('dora').get('volumes?entityRef=component:default/orders'),
      ({ body }) => body.items[0]?.source.removed,
    );
    expect(card.body.items).toEqual([
      expect.objectContaining({
        state: 'usable',
        source: expect.objectContaining({
          image: 'linux',
          version: '1',
          removed: true,
        }),
      }),
    ]);
    const alias = await until('its volume is freed', async () => {
      const path = `${CDI}/datasources/linux`;
      const found = await portal.kubernetes('GET', path);
      return found.metadata.annotations[FREEING] === undefined && found;
    });
    expect(alias.spec.source.pvc.name).toBe('linux-2');
    expect(await volumes()).not.toContain(`pvc-${first.uid}`);
    const again = await lena.post('images', {
      name: 'linux',
      version: '1',
      source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
      size: '128Mi',
    });
    expect(again.status).toBe(400);
    expect(again.body.error.message).toMatch(/version/);
  });
});
