import { ApiClient, type Watch } from '../__testUtils__/ApiClient';
import { ManualClock } from '../__testUtils__/ManualClock';
import {
  CLAIMS,
  claim,
  CONFIG_MAPS,
  configMap,
  DATA_VOLUMES,
  dataVolume,
  makeNamespace,
  pod,
} from '../__testUtils__/objects';
import { startApiServer, type ApiServer } from '../startApiServer';

const PODS = '/api/v1/namespaces/team/pods';
const SETTLE_MS = 1_000;

describe('the built-in controllers', () => {
  let server: ApiServer;
  let client: ApiClient;
  let clock: ManualClock;

  beforeEach(async () => {
    clock = new ManualClock();
    server = await startApiServer({ clock });
    client = new ApiClient(server.url, 'admin');
    await makeNamespace(client);
  });

  afterEach(() => server.close());

  const settle = () => clock.advance(SETTLE_MS);
  const statusOf = async (path: string) => (await client.get(path)).status;

  /** A config map that belongs to other objects. */
  const makeOwned = async (
    name: string,
    owners: { name: string; uid?: string; kind?: string }[],
    more: Record<string, unknown> = {},
  ) =>
    client.post(
      CONFIG_MAPS,
      configMap(name, {
        ownerReferences: owners.map(owner => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          uid: 'unset',
          ...owner,
          ...more,
        })),
      }),
    );

  const make = async (name: string) => {
    const { body } = await client.post(CONFIG_MAPS, configMap(name));
    return { name, uid: body.metadata.uid };
  };

  describe('garbage collection', () => {
    it('deletes what belonged to an object that is gone, and what belonged to that', async () => {
      const owner = await make('owner');
      const { body } = await makeOwned('child', [owner]);
      await makeOwned('grandchild', [
        { name: 'child', uid: body.metadata.uid },
      ]);
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/grandchild`)).toBe(200);
      await client.delete(`${CONFIG_MAPS}/owner`);
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/child`)).toBe(404);
      expect(await statusOf(`${CONFIG_MAPS}/grandchild`)).toBe(404);
    });

    it('deletes the claim of a DataVolume', async () => {
      const { body } = await client.post(DATA_VOLUMES, dataVolume('image'));
      await client.post(
        CLAIMS,
        claim('image', {
          ownerReferences: [
            {
              apiVersion: 'cdi.kubevirt.io/v1beta1',
              kind: 'DataVolume',
              name: 'image',
              uid: body.metadata.uid,
              controller: true,
            },
          ],
        }),
      );
      await client.delete(`${DATA_VOLUMES}/image`);
      settle();
      expect(await statusOf(`${CLAIMS}/image`)).toBe(404);
    });

    it('keeps an object while one of its owners is there, and forgets the others', async () => {
      const first = await make('first');
      const second = await make('second');
      await makeOwned('child', [first, second]);
      await client.delete(`${CONFIG_MAPS}/first`);
      settle();
      const { body } = await client.get(`${CONFIG_MAPS}/child`);
      expect(body.metadata.ownerReferences).toMatchObject([second]);
    });

    it('deletes an object whose owner never was, but not one whose owner it cannot know', async () => {
      await makeOwned('lost', [{ name: 'owner', uid: 'absent' }]);
      await makeOwned('kept', [{ name: 'web', uid: 'x' }], {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
      });
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/lost`)).toBe(404);
      expect(await statusOf(`${CONFIG_MAPS}/kept`)).toBe(200);
    });

    it('does not take an owner of the same name for the one that is meant', async () => {
      const owner = await make('owner');
      await makeOwned('child', [owner]);
      await client.delete(`${CONFIG_MAPS}/owner`);
      await make('owner');
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/child`)).toBe(404);
    });

    it('leaves orphans', async () => {
      const owner = await make('owner');
      await makeOwned('child', [owner]);
      await client.delete(`${CONFIG_MAPS}/owner?propagationPolicy=Orphan`);
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/owner`)).toBe(404);
      const { body } = await client.get(`${CONFIG_MAPS}/child`);
      expect(body.metadata.ownerReferences).toBeUndefined();
    });

    it('deletes in the foreground: the owner after what blocks it', async () => {
      const owner = await make('owner');
      await makeOwned('child', [owner], { blockOwnerDeletion: true });
      await client.patch(`${CONFIG_MAPS}/child`, {
        metadata: { finalizers: ['test.example/hold'] },
      });
      const deleted = await client.delete(
        `${CONFIG_MAPS}/owner?propagationPolicy=Foreground`,
      );
      expect(deleted.body.metadata.finalizers).toEqual(['foregroundDeletion']);
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/owner`)).toBe(200);
      expect(
        (await client.get(`${CONFIG_MAPS}/child`)).body.metadata,
      ).toHaveProperty('deletionTimestamp');
      await client.patch(`${CONFIG_MAPS}/child`, {
        metadata: { finalizers: null },
      });
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/owner`)).toBe(404);
    });
  });

  describe('deletion of a namespace', () => {
    it('deletes its content first, and takes nothing new meanwhile', async () => {
      await client.post(CONFIG_MAPS, configMap('plain'));
      await client.post(
        CONFIG_MAPS,
        configMap('held', { finalizers: ['test.example/hold'] }),
      );
      const deleted = await client.delete('/api/v1/namespaces/team');
      expect(deleted.body.status).toEqual({ phase: 'Terminating' });
      const refused = await client.post(CONFIG_MAPS, configMap('late'));
      expect(refused.status).toBe(403);
      expect(refused.body.message).toBe(
        'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated',
      );
      settle();
      expect(await statusOf(`${CONFIG_MAPS}/plain`)).toBe(404);
      const waiting = await client.get('/api/v1/namespaces/team');
      expect(waiting.body.status).toMatchObject({
        conditions: [
          {
            type: 'NamespaceFinalizersRemaining',
            message:
              'Some content in the namespace has finalizers remaining: test.example/hold in 1 resource instances',
          },
        ],
      });
      await client.patch(`${CONFIG_MAPS}/held`, {
        metadata: { finalizers: null },
      });
      settle();
      expect(await statusOf('/api/v1/namespaces/team')).toBe(404);
      expect(
        (await client.post(CONFIG_MAPS, configMap('late'))).body.message,
      ).toBe('namespaces "team" not found');
    });

    it('is not allowed for those that a cluster needs', async () => {
      expect((await client.delete('/api/v1/namespaces/default')).status).toBe(
        403,
      );
    });
  });

  describe('protection', () => {
    it('keeps a deleted claim while a Pod uses it', async () => {
      await client.post(CLAIMS, claim('disk'));
      await client.post(PODS, pod('user', 'disk'));
      const deleted = await client.delete(`${CLAIMS}/disk`);
      expect(deleted.body.metadata.finalizers).toEqual([
        'kubernetes.io/pvc-protection',
      ]);
      settle();
      expect((await client.get(`${CLAIMS}/disk`)).body.metadata).toHaveProperty(
        'deletionTimestamp',
      );
      await client.delete(`${PODS}/user`);
      settle();
      expect(await statusOf(`${CLAIMS}/disk`)).toBe(404);
    });

    it('lets go of a claim whose Pod has finished', async () => {
      await client.post(CLAIMS, claim('disk'));
      await client.post(PODS, pod('user', 'disk'));
      await client.delete(`${CLAIMS}/disk`);
      await client.patch(`${PODS}/user/status`, {
        status: { phase: 'Succeeded' },
      });
      settle();
      expect(await statusOf(`${CLAIMS}/disk`)).toBe(404);
    });

    it('keeps a deleted volume while it is bound', async () => {
      const volumes = '/api/v1/persistentvolumes';
      await client.post(volumes, {
        metadata: { name: 'pv' },
        spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
      });
      await client.patch(`${volumes}/pv/status`, {
        status: { phase: 'Bound' },
      });
      await client.delete(`${volumes}/pv`);
      settle();
      expect(await statusOf(`${volumes}/pv`)).toBe(200);
      await client.patch(`${volumes}/pv/status`, {
        status: { phase: 'Released' },
      });
      settle();
      expect(await statusOf(`${volumes}/pv`)).toBe(404);
    });
  });

  describe('quota', () => {
    const QUOTA = '/api/v1/namespaces/team/resourcequotas';
    const used = async () =>
      (await client.get(`${QUOTA}/q`)).body.status?.used as Record<
        string,
        string
      >;

    const makeQuota = (hard: Record<string, string>) =>
      client.post(QUOTA, { metadata: { name: 'q' }, spec: { hard } });

    it('refuses what exceeds it, and books the rest', async () => {
      await makeQuota({
        'requests.storage': '10Gi',
        'longhorn.storageclass.storage.k8s.io/requests.storage': '10Gi',
        persistentvolumeclaims: '5',
      });
      const big = claim('big');
      big.spec.resources.requests.storage = '6Gi';
      expect((await client.post(CLAIMS, big)).status).toBe(201);
      expect(await used()).toEqual({
        'requests.storage': '6Gi',
        'longhorn.storageclass.storage.k8s.io/requests.storage': '6Gi',
        persistentvolumeclaims: '1',
      });
      const refused = await client.post(CLAIMS, {
        ...big,
        metadata: { name: 'bigger' },
      });
      expect(refused.status).toBe(403);
      expect(refused.body.message).toBe(
        'persistentvolumeclaims "bigger" is forbidden: exceeded quota: q, requested: longhorn.storageclass.storage.k8s.io/requests.storage=6Gi,requests.storage=6Gi, used: longhorn.storageclass.storage.k8s.io/requests.storage=6Gi,requests.storage=6Gi, limited: longhorn.storageclass.storage.k8s.io/requests.storage=10Gi,requests.storage=10Gi',
      );
      await client.delete(`${CLAIMS}/big`);
      settle();
      expect((await used())['requests.storage']).toBe('0');
    });

    it('books nothing for a dry run, nor for a name that is taken', async () => {
      await makeQuota({ persistentvolumeclaims: '5' });
      await client.post(`${CLAIMS}?dryRun=All`, claim('x'));
      await client.post(CLAIMS, claim('x'));
      expect((await client.post(CLAIMS, claim('x'))).status).toBe(409);
      expect(await used()).toEqual({ persistentvolumeclaims: '1' });
    });

    it('counts objects of any kind', async () => {
      await makeQuota({ 'count/datavolumes.cdi.kubevirt.io': '1' });
      await client.post(DATA_VOLUMES, dataVolume('a'));
      const refused = await client.post(DATA_VOLUMES, dataVolume('b'));
      expect(refused.body.message).toBe(
        'datavolumes.cdi.kubevirt.io "b" is forbidden: exceeded quota: q, requested: count/datavolumes.cdi.kubevirt.io=1, used: count/datavolumes.cdi.kubevirt.io=1, limited: count/datavolumes.cdi.kubevirt.io=1',
      );
    });

    it('limits the growing of a bound claim, too', async () => {
      await makeQuota({ 'requests.storage': '3Gi' });
      await client.post(CLAIMS, claim('disk'));
      await client.patch(`${CLAIMS}/disk/status`, {
        status: { phase: 'Bound', capacity: { storage: '1Gi' } },
      });
      const grow = (storage: string) =>
        client.patch(`${CLAIMS}/disk`, {
          spec: { resources: { requests: { storage } } },
        });
      expect((await grow('4Gi')).status).toBe(403);
      expect((await grow('3Gi')).status).toBe(200);
      expect(await used()).toEqual({ 'requests.storage': '3Gi' });
    });

    it('sees what was there before it', async () => {
      await client.post(CLAIMS, claim('disk'));
      await makeQuota({ persistentvolumeclaims: '1' });
      expect(await used()).toEqual({ persistentvolumeclaims: '1' });
      expect((await client.post(CLAIMS, claim('more'))).status).toBe(403);
    });
  });

  it('applies LimitRanges to claims', async () => {
    await client.post('/api/v1/namespaces/team/limitranges', {
      metadata: { name: 'l' },
      spec: {
        limits: [
          {
            type: 'PersistentVolumeClaim',
            max: { storage: '5Gi' },
            min: { storage: '1Gi' },
          },
        ],
      },
    });
    const sized = (storage: string) => {
      const wanted = claim('disk');
      wanted.spec.resources.requests.storage = storage;
      return client.post(`${CLAIMS}?dryRun=All`, wanted);
    };
    expect((await sized('10Gi')).body.message).toBe(
      'persistentvolumeclaims "disk" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
    );
    expect((await sized('512Mi')).body.message).toBe(
      'persistentvolumeclaims "disk" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
    );
    expect((await sized('5Gi')).status).toBe(201);
  });

  it('tells watchers of a claim that goes, in order', async () => {
    await client.post(CLAIMS, claim('disk'));
    const watch: Watch = await client.watch(`${CLAIMS}?watch=1`);
    await client.delete(`${CLAIMS}/disk`);
    settle();
    const types: (string | undefined)[] = [];
    while (types[types.length - 1] !== 'DELETED') {
      types.push((await watch.next())?.type);
    }
    expect(types).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']);
    watch.close();
  });
});
