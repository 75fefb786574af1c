import { startPortal } from './__testUtils__/startPortal';
import { until } from './tracking/__testUtils__/startTracking';

jest.setTimeout(60_000);

const CORE = '/api/v1/namespaces/golden-images';
const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces/golden-images';
const ROLE = 'golden-images.backstage.io/role';

interface Entry {
  action: string;
  message: string;
}
interface Found {
  kind: string;
  detail?: string;
}

describe('drift of an image over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  const image = async (name: string) =>
    (await portal.as('dora').get(`images/dev/golden-images/${name}`)).body;
  const history = async (name: string): Promise<Entry[]> => {
    const { body } = await portal
      .as('lena')
      .get(`activity?cluster=dev&namespace=golden-images&name=${name}`);
    return body.items;
  };
  /** Found, and written on the object. */
  const drifts = (name: string, kinds: string[]) =>
    until(`drift of ${name} is ${kinds}`, async () => {
      const found = (await image(name)).drift ?? [];
      const now = found.map(({ kind }: Found) => kind).join();
      const noted = found.every(({ since }: { since?: string }) => since);
      return now === kinds.join() && noted && { found };
    });
  const published = async (version: string) => {
    const made = await portal.as('lena').post('images', {
      name: 'linux',
      version,
      source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
      size: '128Mi',
    });
    await portal.waitFor(made.body.waitHandle);
  };
  const claim = (name: string) => `${CORE}/persistentvolumeclaims/${name}`;
  const dataVolume = (name: string) => `${CDI}/datavolumes/${name}`;

  it('is seen by a Pod that writes, by its size and by its label', async () => {
    await published('1');
    expect((await image('linux-1')).drift).toBeUndefined();
    await portal.kubernetes('POST', `${CORE}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'editor' },
      spec: {
        containers: [{ name: 'a', image: 'a' }],
        volumes: [
          { name: 'disk', persistentVolumeClaim: { claimName: 'linux-1' } },
        ],
      },
    });
    await portal.kubernetes('PATCH', `${CORE}/pods/editor/status`, {
      status: { phase: 'Running' },
    });
    const { found } = await drifts('linux-1', ['mounted']);
    expect(found[0].detail).toBe('by editor');
    await portal.kubernetes('DELETE', `${CORE}/pods/editor`);

    await portal.kubernetes('PATCH', claim('linux-1'), {
      spec: { resources: { requests: { storage: '256Mi' } } },
    });
    const larger = await drifts('linux-1', ['mounted', 'expanded']);
    expect(larger.found[1].detail).toBe('128 MiB, now 256 MiB');

    for (const path of [claim('linux-1'), dataVolume('linux-1')]) {
      await portal.kubernetes('PATCH', path, {
        metadata: { labels: { [ROLE]: null } },
      });
    }
    await drifts('linux-1', ['mounted', 'expanded', 'label-lost']);
    for (const path of [claim('linux-1'), dataVolume('linux-1')]) {
      await portal.kubernetes('PATCH', path, {
        metadata: { labels: { [ROLE]: 'golden-image' } },
      });
    }
    await drifts('linux-1', ['mounted', 'expanded']);
    const actions = await until('the end is in its history', async () => {
      const now = (await history('linux-1')).map(({ action }) => action);
      return now[0] === 'drift-ended' && now;
    });
    expect(actions).toEqual([
      'drift-ended',
      'drifted',
      'drifted',
      'drifted',
      'current-moved',
      'became-ready',
      'import-requested',
    ]);
  });

  it('is seen when CDI imports it again: what was cloned stays, and it is not cloned any more', async () => {
    await published('2');
    const dora = portal.as('dora');
    const clone = {
      image: { name: 'linux' },
      namespace: 'team-a',
      name: 'orders-disk',
      entityRef: 'component:default/orders',
    };
    const made = await dora.post('volumes', clone);
    await portal.waitFor(made.body.waitHandle);
    await portal.kubernetes('DELETE', claim('linux-2'));
    await drifts('linux-2', ['re-imported']);
    const found = await until('it is failing', async () => {
      const now = await image('linux-2');
      return now.state === 'failing' && now;
    });
    expect(found).toMatchObject({ reason: 're-imported', current: true });
    const { body } = await portal.until(
      () => dora.get('volumes?entityRef=component:default/orders'),
      answer => answer.body.items[0]?.source.removed,
    );
    expect(body.items).toEqual([
      expect.objectContaining({
        state: 'usable',
        source: expect.objectContaining({
          version: '2',
          removed: true,
          uid: expect.not.stringContaining(found.uid),
        }),
      }),
    ]);
    const again = await dora.post('volumes', { ...clone, name: 'again' });
    expect(again.status).toBe(400);
    expect(again.body.error.message).toMatch(
      /cannot be cloned now\. .*imported again under the same name/,
    );
  });

  it('is seen while the claim is gone, and when it comes back', async () => {
    await published('3');
    const down = (value: string | null) =>
      portal.kubernetes('PATCH', dataVolume('linux-3'), {
        metadata: {
          annotations: { 'sandbox.golden-images.backstage.io/fault': value },
        },
      });
    await down('controller-down');
    await portal.kubernetes('DELETE', claim('linux-3'));
    await drifts('linux-3', ['claim-gone']);
    expect((await image('linux-3')).state).not.toBe('ready');
    await down(null);
    await drifts('linux-3', ['re-imported']);
    await until('that is in its history', async () =>
      (
        await history('linux-3')
      ).some(({ message }) =>
        message.startsWith('linux-3: it was imported again under'),
      ),
    );
  });
});
