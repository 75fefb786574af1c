import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import { as } from '../__testUtils__/world';
import { GIB, setAlias } from '../__testUtils__/worldWithImage';
import { createWorld } from './__testUtils__/preflightWorld';

const clone: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
};
const plain: CloneRequest = { ...clone, namespace: 'golden-images' };
const dora = as('dora');
const lena = as('lena');

describe('pre-flight of a clone', () => {
  it('says what it takes, where, and writes nothing', async () => {
    const { preflights, cluster, quota, profile } = createWorld();
    profile('csi-clone');
    quota('team-a', { 'requests.storage': '100Gi' });
    quota('golden-images', { persistentvolumeclaims: '10' });
    expect(await preflights.check({ clone }, dora)).toEqual({
      ok: true,
      problems: [],
      warnings: [],
      unknown: [],
      facts: {
        strategy: 'csi-clone',
        clonesLeft: { snapshots: 0, limit: 250, left: 240 },
        liveMigration: {
          possible: false,
          sentence: expect.stringMatching(/needs access mode ReadWriteMany/),
        },
        uses: [
          {
            namespace: 'team-a',
            role: 'target',
            peakClaims: 1,
            peakBytes: 10 * GIB,
            quota: {
              known: true,
              left: [
                {
                  quota: 'limit',
                  resource: 'requests.storage',
                  unit: 'bytes',
                  hard: 100 * GIB,
                  used: 0,
                  left: 100 * GIB,
                },
              ],
            },
          },
          {
            namespace: 'golden-images',
            role: 'source',
            peakClaims: 1,
            peakBytes: 10 * GIB,
            quota: {
              known: true,
              left: [expect.objectContaining({ unit: 'objects', left: 10 })],
            },
          },
        ],
      },
    });
    expect(cluster.writes).toEqual([]);
  });

  it('says everything that is wrong at once, each with a field and a remedy', async () => {
    const { preflights, cluster, quota, limit, volume, snapshots, profile } =
      createWorld();
    profile('csi-clone');
    quota(
      'team-a',
      { 'requests.storage': '12Gi' },
      { 'requests.storage': '4Gi' },
    );
    quota('golden-images', {
      'longhorn.storageclass.storage.k8s.io/requests.storage': '5Gi',
    });
    limit('team-a', { max: { storage: '5Gi' } });
    volume({ dataEngine: 'v2', encrypted: true, snapshotMaxCount: 20 });
    snapshots(10);
    cluster.lacking.add('create datavolumes team-a');
    cluster.lacking.add('create datavolumes/source golden-images');
    cluster.remove({
      type: RESOURCES.mutatingWebhooks,
      name: 'cdi-api-datavolume-mutate',
    });
    const { ok, problems } = await preflights.check(
      { clone: { ...clone, size: '9Gi' } },
      dora,
    );
    expect(ok).toBe(false);
    expect(problems.map(({ field, code }) => `${field} ${code}`)).toEqual([
      'size too-small',
      'storageClass data-engine-differs',
      'storageClass encryption-differs',
      'cluster webhook-missing',
      'cluster right-missing',
      'cluster right-missing',
      'image snapshots-exhausted',
      'namespace quota',
      'size limit-range',
      'namespace quota',
    ]);
    expect(problems.filter(({ remedy }) => !remedy)).toEqual([
      expect.objectContaining({ code: 'too-small' }),
    ]);
    expect(problems[4].message).toContain(
      'apiGroups: ["cdi.kubevirt.io"], resources: ["datavolumes"], verbs: ["create"]',
    );
    expect(problems[7].message).toBe(
      'quota "limit" of team-a, requests.storage: 9Gi wanted at peak (1 claim at once), 8Gi left',
    );
  });

  it('holds the create itself against the same', async () => {
    const { volumes, cluster, quota } = createWorld();
    quota('golden-images', { persistentvolumeclaims: '0' });
    await expect(
      volumes.clone(clone, { ...dora, dryRun: false }),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /^namespace: quota "limit" of golden-images/,
      ),
    });
    expect(cluster.writes).toEqual([]);
  });

  it('refuses nothing by what was read a moment ago', async () => {
    const { preflights, cluster, quota } = createWorld();
    const { metadata } = quota('team-a', { persistentvolumeclaims: '0' });
    expect((await preflights.check({ clone }, dora)).ok).toBe(false);
    cluster.remove({ type: RESOURCES.quotas, ...metadata });
    expect((await preflights.check({ clone }, dora)).ok).toBe(true);
  });

  it('takes nothing of CDI for a plain claim', async () => {
    const { preflights, cluster } = createWorld();
    cluster.remove({
      type: RESOURCES.mutatingWebhooks,
      name: 'cdi-api-datavolume-mutate',
    });
    const { ok, facts } = await preflights.check({ clone: plain }, lena);
    expect(ok).toBe(true);
    expect(facts.strategy).toBe('plain');
    expect(facts.uses).toHaveLength(1);
  });

  it('names the right that a plain claim needs', async () => {
    const { preflights, cluster } = createWorld();
    cluster.lacking.add('create persistentvolumeclaims golden-images');
    const { problems } = await preflights.check({ clone: plain }, lena);
    expect(problems.map(({ code }) => code)).toEqual(['right-missing']);
  });

  it('calls unknown what may not be read, and lets it pass', async () => {
    const { preflights, cluster } = createWorld();
    const refused = { status: 403, reason: 'Forbidden', message: 'no' };
    for (const resource of ['resourcequotas', 'snapshots', 'limitranges']) {
      cluster.refuseNext('list', resource, refused);
    }
    cluster.refuseNext('get', 'storageprofiles', refused);
    cluster.refuseNext('list', 'mutatingwebhookconfigurations', refused);
    const { ok, unknown, facts } = await preflights.check({ clone }, dora);
    expect(ok).toBe(true);
    expect(unknown).toEqual([
      'webhooks of CDI: the account of this backend may not list mutatingwebhookconfigurations.admissionregistration.k8s.io',
      'how CDI copies: the account of this backend may not get storageprofiles.cdi.kubevirt.io "longhorn"',
      'clones left: the account of this backend may not list snapshots.longhorn.io in longhorn-system',
      'quotas of team-a: the account of this backend may not list resourcequotas in team-a',
      'limits of team-a: the account of this backend may not list limitranges in team-a',
    ]);
    expect(facts.clonesLeft).toBeUndefined();
    expect(facts.uses[0].quota).toEqual({ known: false, left: [] });
  });

  it.each([
    [99, 240 - 99, 0],
    [100, 140, 1],
    [239, 1, 1],
  ])('with %d snapshots %d clones are left', async (count, left, warnings) => {
    const { preflights, snapshots } = createWorld();
    snapshots(count);
    const verdict = await preflights.check({ clone }, dora);
    expect(verdict.ok).toBe(true);
    expect(verdict.facts.clonesLeft?.left).toBe(left);
    expect(verdict.warnings).toHaveLength(warnings);
  });

  it('stops ten snapshots before the limit, unless CDI copies by Pods', async () => {
    const { preflights, snapshots } = createWorld();
    snapshots(240);
    const verdict = await preflights.check({ clone }, dora);
    expect(verdict.problems).toEqual([
      {
        field: 'image',
        code: 'snapshots-exhausted',
        message: expect.stringMatching(/240 snapshots of at most 250/),
        remedy: expect.stringMatching(/import the same bytes as a new version/),
      },
    ]);
    const other = createWorld();
    other.snapshots(240);
    other.profile('copy');
    expect((await other.preflights.check({ clone }, dora)).ok).toBe(true);
  });

  it('says which Pod keeps CDI from copying', async () => {
    const { preflights, volume, profile } = createWorld();
    volume({}, ['vm-1']);
    profile('copy');
    const { ok, warnings } = await preflights.check({ clone }, dora);
    expect(ok).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/by "copy".*now used by: vm-1/),
    ]);
  });

  it('warns of clones that restore from a backup', async () => {
    const { preflights, cluster, profile } = createWorld();
    profile('snapshot');
    const put = (name: string, type: string) =>
      cluster.put(RESOURCES.snapshotClasses, {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshotClass',
        metadata: { name },
        driver: 'driver.longhorn.io',
        parameters: { type },
      });
    put('longhorn-backup', 'bak');
    const { warnings } = await preflights.check({ clone }, dora);
    expect(warnings).toEqual([
      expect.stringMatching(/"longhorn-backup".*restores from a backup/),
    ]);
  });

  it('explains a class that waits for its first Pod, or binds at once', async () => {
    const { preflights, volumes, tracking, cluster } = createWorld();
    tracking.classes[0].bindingMode = 'WaitForFirstConsumer';
    const waiting = await preflights.check({ clone: plain }, lena);
    expect(waiting.warnings).toEqual([
      expect.stringMatching(/stays "waiting for first use by a Pod"/),
    ]);
    await volumes.clone(
      { ...plain, bindImmediately: true },
      { ...lena, dryRun: false },
    );
    const made = cluster.peek({
      type: RESOURCES.dataVolumes,
      namespace: 'golden-images',
      name: 'orders-disk',
    });
    expect(made?.metadata.annotations).toMatchObject({
      'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
    });
  });

  it('refuses clones that are never independent', async () => {
    const { preflights, tracking } = createWorld();
    tracking.classes[0].parameters = { cloneMode: 'linked-clone' };
    const { problems } = await preflights.check({ clone }, dora);
    expect(problems.map(({ code }) => code)).toEqual(['linked-clone']);
  });

  it.each([
    [{ migratable: 'true' }, 'Block', true],
    [{}, 'Block', false],
    [{}, 'Filesystem', true],
  ])(
    'with %j a shared %s volume can live-migrate: %s',
    async (parameters, volumeMode, possible) => {
      const { preflights, tracking } = createWorld();
      tracking.classes[0].parameters = parameters;
      for (const source of tracking.sources.values()) {
        source.volumeMode = volumeMode;
      }
      const { facts } = await preflights.check(
        { clone: { ...clone, accessModes: ['ReadWriteMany'] } },
        dora,
      );
      expect(facts.liveMigration?.possible).toBe(possible);
    },
  );

  it('tells a taken name and a missing image as problems', async () => {
    const { preflights, cluster } = createWorld();
    cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'team-a', name: 'orders-disk' },
    });
    setAlias(cluster, 'nothing');
    const { problems } = await preflights.check({ clone }, dora);
    expect(problems.map(({ field, code }) => `${field} ${code}`)).toEqual([
      'name name-taken',
      'image image-not-found',
    ]);
  });

  it('is for the owner of the namespace', async () => {
    const { preflights } = createWorld();
    await expect(preflights.check({ clone }, as('emil'))).rejects.toMatchObject(
      {
        name: 'NotAllowedError',
      },
    );
  });
});
