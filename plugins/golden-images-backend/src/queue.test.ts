import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(60_000);

type Portal = Awaited<ReturnType<typeof startPortal>>;

const CLONES = 12;
const CLAIMS = '/api/v1/namespaces/golden-images/persistentvolumeclaims';

interface ShownVolume {
  name: string;
  state: string;
  queuePosition?: number;
}

describe('a burst of clones over a cluster with real bytes', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
    const { body } = await portal.as('lena').post('images', {
      name: 'base',
      source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
      size: '128Mi',
    });
    await portal.waitFor(body.waitHandle);
  });
  afterAll(() => portal.stop());

  const cloneOf = (name: string, change: object = {}) => ({
    image: { name: 'base' },
    namespace: 'golden-images',
    name,
    ...change,
  });

  it('is accepted at once, waits in turn, and comes out whole', async () => {
    const lena = portal.as('lena');
    const answers = await Promise.all(
      Array.from({ length: CLONES }, (_, index) =>
        lena.post('volumes', cloneOf(`disk-${index}`)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const waiting = answers.filter(
      ({ body }) => body.volume.reason === 'its-turn',
    );
    expect(waiting.length).toBeGreaterThan(0);
    const { body } = await lena.get(
      'volumes?cluster=dev&namespace=golden-images',
    );
    const places = (body.items as ShownVolume[])
      .filter(({ state }) => state === 'waiting')
      .map(({ queuePosition }) => queuePosition);
    expect(new Set(places).size).toBe(places.length);
    const ends = await Promise.all(
      answers.map(answer => portal.waitFor(answer.body.waitHandle)),
    );
    expect(ends.map(({ outcome }) => outcome)).toEqual(
      answers.map(() => 'usable'),
    );
    const { items } = await portal.kubernetes('GET', CLAIMS);
    const names = (items as { metadata: { name: string } }[]).map(
      ({ metadata }) => metadata.name,
    );
    expect(names.sort()).toEqual(
      ['base', ...answers.map(answer => answer.body.volume.name)].sort(),
    );
  });

  it('is deleted by its owner, with its claim', async () => {
    const lena = portal.as('lena');
    const { body } = await lena.post('volumes', cloneOf('early-0'));
    await portal.waitFor(body.waitHandle);
    const deleted = await lena.delete('volumes/dev/golden-images/early-0');
    expect(deleted.body).toMatchObject({ outcome: 'deleted' });
    const gone = await portal.until(
      () => lena.get('volumes/dev/golden-images/early-0'),
      ({ status }) => status === 404,
    );
    expect(gone.status).toBe(404);
    const { items } = await portal.kubernetes('GET', CLAIMS);
    expect(
      (items as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      ),
    ).not.toContain('early-0');
  });
});
