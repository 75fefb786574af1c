import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(60_000);

type Portal = Awaited<ReturnType<typeof startPortal>>;

const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces';

describe('what fails over a cluster with real bytes', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  const importOf = (name: string, http: object, change: object = {}) => ({
    name,
    source: { http: { url: portal.imageUrl('/demo-linux.qcow2'), ...http } },
    size: '128Mi',
    ...change,
  });
  const lena = () => portal.as('lena');
  const WRONG = `sha256:${'0'.repeat(64)}`;

  it.each([
    [
      'not-found',
      () => ({ url: portal.imageUrl('/faults/404/demo-linux.qcow2') }),
      {},
      {
        reason: 'http-client-error',
        message: /expected status code 200, got 404/,
        remedy: /Check the URL/,
      },
    ],
    [
      'refused',
      () => ({ url: portal.closedUrl }),
      {},
      {
        reason: 'connection-refused',
        message: /connection refused/,
        remedy: /Check host and port/,
      },
    ],
    [
      'wrong-sum',
      () => ({ checksum: WRONG }),
      {},
      {
        reason: 'checksum',
        message: /checksum mismatch/,
        remedy: /replaceFailed/,
      },
    ],
    [
      'too-small',
      () => ({}),
      { size: '64Mi' },
      {
        reason: 'too-small',
        message: /./,
        remedy: /larger size/,
      },
    ],
  ])(
    '%s: says why and what to do, and leaves nothing',
    async (name, http, change, expected) => {
      const made = await lena().post('images', importOf(name, http(), change));
      expect(made.status).toBe(202);
      const { waitHandle } = made.body;
      const end = await portal.waitFor(waitHandle);
      const why = {
        reason: expected.reason,
        message: expect.stringMatching(expected.message),
        remedy: expect.stringMatching(expected.remedy),
      };
      expect(end).toMatchObject({ outcome: 'failed', ...why });
      const seen = await lena().get(`images/dev/golden-images/${name}`);
      expect(seen.body).toMatchObject({
        state: name === 'wrong-sum' ? 'failed' : 'failing',
        ...why,
      });
      const released = await portal.service.post('waits/release', {
        waitHandle,
      });
      expect(released.body).toMatchObject({ outcome: 'deleted' });
      const gone = await portal.until(
        () => lena().get(`images/dev/golden-images/${name}`),
        ({ status }) => status === 404,
      );
      expect(gone.status).toBe(404);
      await expect(portal.waitFor(waitHandle)).resolves.toMatchObject({
        outcome: 'gone',
      });
    },
  );

  it('corrects a failed import under the same version', async () => {
    const wrong = importOf('mended', { checksum: WRONG });
    const made = await lena().post('images', wrong);
    await portal.waitFor(made.body.waitHandle);
    const again = await lena().post('images', wrong);
    expect(again.status).toBe(409);
    expect(again.body.error.message).toMatch(
      /Failed: the bytes do not have the expected checksum.*"replaceFailed"/,
    );
    const right = importOf('mended', {});
    const other = await lena().post('images', right);
    expect(other.status).toBe(409);
    expect(other.body.error.message).toMatch(
      /source\.http\.checksum was "sha256:0+", now not given/,
    );
    const replaced = await lena().post('images', {
      ...right,
      replaceFailed: true,
    });
    expect(replaced.status).toBe(202);
    expect(replaced.body.created).toBe(true);
    await expect(
      portal.waitFor(replaced.body.waitHandle),
    ).resolves.toMatchObject({ outcome: 'usable' });
    // the wait of the first knows that its object is gone
    await expect(portal.waitFor(made.body.waitHandle)).resolves.toMatchObject({
      outcome: 'gone',
    });
  });

  it('says that a quota would be exceeded', async () => {
    const image = await lena().post('images', importOf('base', {}));
    await portal.waitFor(image.body.waitHandle);
    await portal.kubernetes(
      'POST',
      '/api/v1/namespaces/team-a/resourcequotas',
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small' },
        spec: { hard: { 'requests.storage': '100Mi' } },
      },
    );
    // CDI works in the namespace of the image meanwhile, and plain claims need it too.
    await portal.kubernetes(
      'POST',
      '/api/v1/namespaces/golden-images/resourcequotas',
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'full' },
        spec: { hard: { 'requests.storage': '200Mi' } },
      },
    );
    const clone = {
      image: { name: 'base' },
      namespace: 'team-a',
      name: 'too-much',
      onTimeout: 'delete',
      timeoutSeconds: 600,
    };
    const made = await portal.as('dora').post('volumes', clone);
    expect(made.status).toBe(400);
    expect(made.body.error.message).toContain(
      'namespace: quota "small" of team-a, requests.storage: 128Mi wanted at peak (1 claim at once), 100Mi left; free space in team-a, or ask for a larger quota',
    );
    expect(made.body.error.message).toMatch(
      /quota "full" of golden-images, requests\.storage: 128Mi wanted/,
    );
    const plain = await lena().post('preflight', {
      clone: { ...clone, namespace: 'golden-images' },
    });
    expect(plain.body.problems).toEqual([
      expect.objectContaining({
        code: 'quota',
        message: expect.stringMatching(
          /^quota "full" of golden-images, requests\.storage: 128Mi wanted/,
        ),
      }),
    ]);
    expect(
      (await lena().post('volumes', { ...clone, namespace: 'golden-images' }))
        .status,
    ).toBe(400);
    await portal.kubernetes(
      'DELETE',
      '/api/v1/namespaces/golden-images/resourcequotas/full',
    );
    await portal.kubernetes(
      'DELETE',
      '/api/v1/namespaces/team-a/resourcequotas/small',
    );
    const left = await portal.kubernetes('GET', `${CDI}/team-a/datavolumes`);
    expect(left.items).toEqual([]);
  });

  it('says that a storage class is missing, of what others made too', async () => {
    await portal.kubernetes('POST', `${CDI}/golden-images/datavolumes`, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: { name: 'by-hand' },
      spec: {
        source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '128Mi' } },
          storageClassName: 'nope',
        },
      },
    });
    await portal.until(
      () => lena().get('images/dev/golden-images/by-hand'),
      ({ status }) => status === 200,
    );
    const { body } = await portal.as('emil').post('waits', {
      kind: 'image',
      namespace: 'golden-images',
      name: 'by-hand',
    });
    const why = {
      reason: 'storage-class-missing',
      message: expect.stringMatching(/"nope" not found/),
      remedy: expect.stringMatching(/Name a storage class/),
    };
    await expect(portal.waitFor(body.waitHandle)).resolves.toMatchObject({
      outcome: 'failed',
      ...why,
    });
    const seen = await lena().get('images/dev/golden-images/by-hand');
    expect(seen.body).toMatchObject({ ours: false, state: 'failing', ...why });
    const released = await portal.service.post('waits/release', {
      waitHandle: body.waitHandle,
    });
    expect(released.body.outcome).toBe('kept');
  });

  it('refuses before anything is written', async () => {
    const image = await lena().post('images', importOf('fine', {}));
    await portal.waitFor(image.body.waitHandle);
    const clone = { image: { name: 'fine' }, namespace: 'team-a', name: 'x' };
    const dora = portal.as('dora');
    const refusals = await Promise.all([
      dora.post('volumes', { ...clone, namespace: 'team-b' }),
      dora.post('volumes', { ...clone, namespace: 'nope' }),
      dora.post('volumes', { ...clone, storageClass: 'nope' }),
      dora.post('volumes', { ...clone, size: '1Mi' }),
      dora.post('volumes', { ...clone, image: { name: 'nope' } }),
      dora.post('images', importOf('mine', {})),
      lena().post('images', importOf('x', {}, { storageClass: 'nope' })),
      lena().post('images', importOf('x', { url: 'http://169.254.169.254/' })),
      lena().post('images', importOf('x', {}, { namespace: 'team-a' })),
    ]);
    expect(
      refusals.map(({ status, body }) => `${status} ${body.error.message}`),
    ).toEqual([
      expect.stringMatching(
        /^403 namespace: "team-b" .* belongs to group:default\/team-b/,
      ),
      expect.stringMatching(/^400 namespace: "nope" does not exist/),
      expect.stringMatching(
        /^400 storageClass: "nope" does not exist in cluster "dev" \(there: longhorn/,
      ),
      expect.stringMatching(/^400 size: must be at least/),
      expect.stringMatching(
        /^404 image: there is no "nope".*imported by group:default\/librarians/,
      ),
      expect.stringMatching(/^403 user:default\/dora may not import/),
      expect.stringMatching(/^400 storageClass: "nope" does not exist/),
      expect.stringMatching(
        /^400 source\.http\.url: importing from .* not allowed/,
      ),
      expect.stringMatching(
        /^400 namespace: "team-a" is not an image namespace/,
      ),
    ]);
    for (const namespace of ['team-a', 'team-b']) {
      const { items } = await portal.kubernetes(
        'GET',
        `${CDI}/${namespace}/datavolumes`,
      );
      expect(items).toEqual([]);
    }
  });
});
