import type { Knex } from 'knex';
import {
  LeaseLostError,
  LeaseStore,
  ViewStore,
  migrateDatabase,
  type Fence,
  type ViewChange,
} from '../database';
import { RESOURCES, type KubernetesObject } from '../kubernetes';
import { Ingest } from './Ingest';
import type { Feed } from './Reflector';
import { until } from './__testUtils__/startTracking';
import { testDatabases } from '../database/__testUtils__/testDatabases';

const databases = testDatabases();
const feed: Feed = { id: 'claims', type: RESOURCES.claims, scope: {} };

function claim(name: string, resourceVersion = '1', uid = `uid-${name}`) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'ns', uid, resourceVersion },
  } satisfies KubernetesObject;
}

describe.each(databases.eachSupportedId())('Ingest on %s', id => {
  let knex: Knex;
  let views: ViewStore;
  let fence: Fence;
  let ingest: Ingest;
  let batches: ViewChange[][];
  let errors: unknown[];
  let onReport: (() => Promise<void> | void) | undefined;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    views = new ViewStore(knex);
    const taken = await new LeaseStore(knex).take('c1', 'me', undefined, 0);
    if (!taken) throw new Error('the lease is free');
    fence = taken;
    batches = [];
    errors = [];
    onReport = undefined;
    ingest = new Ingest({
      views,
      fence,
      keyOf: of => ({ id: of.id, kind: 'PersistentVolumeClaim' }),
      toRecord: (from, { metadata }) => {
        const objectKey = `ns/${metadata.name}`;
        const kind = 'PersistentVolumeClaim';
        // As helpers of CDI: of no interest.
        if (metadata.name.startsWith('prime-')) return { kind, objectKey };
        return {
          kind,
          objectKey,
          feed: from.id,
          name: metadata.name,
          uid: metadata.uid ?? '',
          resourceVersion: metadata.resourceVersion ?? '',
          links: {},
          seenAtMs: 0,
          document: metadata,
        };
      },
      onChanges: async changes => {
        batches.push(changes);
        await onReport?.();
      },
      onError: error => errors.push(error),
    });
  });
  afterEach(async () => {
    await knex.destroy();
  });

  const kept = async () =>
    (
      await views.keysOfFeed('c1', {
        id: 'claims',
        kind: 'PersistentVolumeClaim',
      })
    )
      .map(key => key.objectKey)
      .sort();

  async function list(...objects: KubernetesObject[]) {
    await ingest.listStarted(feed);
    await ingest.listed(feed, objects);
    await ingest.listEnded(feed);
  }

  /** What is written is not reported before the returned function is called. */
  function holdReports(): () => void {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    onReport = () => held;
    return release;
  }

  it('forgets what a new list no longer has, and reports only differences', async () => {
    await list(claim('a'), claim('b'), claim('prime-x'));
    expect(await kept()).toEqual(['ns/a', 'ns/b']);
    batches = [];
    await list(claim('b'), claim('c'));
    expect(await kept()).toEqual(['ns/b', 'ns/c']);
    expect(batches.flat().map(change => change.objectKey)).toEqual([
      'ns/c',
      'ns/a',
    ]);
  });

  it('keeps what was made and read while a list was running', async () => {
    await ingest.listStarted(feed);
    await ingest.listed(feed, [claim('a')]);
    await ingest.take([
      {
        kind: 'PersistentVolumeClaim',
        objectKey: 'ns/new',
        feed: feed.id,
        name: 'new',
        uid: 'n',
        resourceVersion: '2',
        links: {},
        seenAtMs: 0,
        document: {},
      },
    ]);
    await ingest.listEnded(feed);
    expect(await kept()).toEqual(['ns/a', 'ns/new']);
  });

  const asRead = (resourceVersion: string, uid = 'uid-a') => ({
    kind: 'PersistentVolumeClaim',
    objectKey: 'ns/a',
    feed: feed.id,
    name: 'a',
    uid,
    resourceVersion,
    links: {},
    seenAtMs: 0,
    document: {},
  });
  const gone = { kind: 'PersistentVolumeClaim', objectKey: 'ns/a' };
  const versionOfA = async () =>
    (
      await views.find('c1', 'PersistentVolumeClaim', 'object_key', ['ns/a'])
    ).map(({ resourceVersion }) => resourceVersion);

  it.each([
    ['an older answer', asRead('2'), 'MODIFIED', ['3']],
    ['a newer answer', asRead('4'), 'MODIFIED', ['4']],
    ['that nothing was there', gone, 'MODIFIED', ['3']],
    ['an older answer of what is gone', asRead('2'), 'DELETED', []],
    ['its successor', asRead('4', 'other'), 'DELETED', ['4']],
  ] as const)(
    'a single read whose answer comes after the watch has told: %s',
    async (_, answer, type, versions) => {
      await list(claim('a', '1'));
      await ingest.read(async () => {
        await ingest.changed(feed, type, claim('a', '3'));
        await ingest.flush();
        return [answer];
      });
      expect(await versionOfA()).toEqual(versions);
    },
  );

  it('a single read while the watch is silent counts', async () => {
    await list(claim('a', '1'));
    await ingest.read(async () => [asRead('2')]);
    expect(await versionOfA()).toEqual(['2']);
    await ingest.read(async () => [gone]);
    expect(await versionOfA()).toEqual([]);
  });

  it('writes only the last word on each object while a batch is on its way', async () => {
    const release = holdReports();
    await ingest.changed(feed, 'ADDED', claim('a', '1'));
    for (let version = 2; version < 500; version++) {
      await ingest.changed(feed, 'MODIFIED', claim('a', String(version)));
    }
    await ingest.changed(feed, 'ADDED', claim('b'));
    await ingest.changed(feed, 'DELETED', claim('b'));
    release();
    await ingest.flush();
    const versions = batches.map(batch =>
      batch.map(change => change.after?.resourceVersion),
    );
    expect(versions).toEqual([['1'], ['499']]);
  });

  it('keeps nothing of a name that is deleted twice while a batch is on its way', async () => {
    await list(claim('a', '1', 'first'));
    const release = holdReports();
    await ingest.changed(feed, 'ADDED', claim('b'));
    await ingest.changed(feed, 'DELETED', claim('a', '2', 'first'));
    await ingest.changed(feed, 'ADDED', claim('a', '3', 'second'));
    await ingest.changed(feed, 'DELETED', claim('a', '4', 'second'));
    release();
    await ingest.flush();
    expect(await kept()).toEqual(['ns/b']);
  });

  it('keeps what was read of a name whose predecessor is told to be deleted', async () => {
    await list(claim('a', '1', 'first'));
    const release = holdReports();
    await ingest.changed(feed, 'ADDED', claim('b'));
    const taken = ingest.take([asRead('3', 'second')]);
    await ingest.changed(feed, 'DELETED', claim('a', '2', 'first'));
    release();
    await taken;
    expect(await versionOfA()).toEqual(['3']);
  });

  it('waits for what came before alone, however much follows', async () => {
    let version = 1;
    onReport = async () => {
      version += 1;
      if (version > 50) return;
      await ingest.changed(feed, 'MODIFIED', claim('b', String(version)));
    };
    await ingest.listStarted(feed);
    await ingest.listed(feed, [claim('a'), claim('b')]);
    expect(version).toBeLessThan(5);
    await until('all is written', async () => version > 50);
    await ingest.flush();
  });

  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    'leaves nothing lying that comes %s turns before or after a batch ends',
    async turns => {
      let following = Promise.resolve();
      onReport = () => {
        onReport = undefined;
        for (let turn = 0; turn < turns; turn++) {
          following = following.then(() => undefined);
        }
        following = following.then(() =>
          ingest.changed(feed, 'DELETED', claim('a')),
        );
      };
      await ingest.changed(feed, 'ADDED', claim('a'));
      await until('both are reported', async () => batches.length === 2);
      await following;
      expect(await kept()).toEqual([]);
    },
  );

  it('removes what has become of no interest', async () => {
    await list(claim('a'));
    await ingest.changed(feed, 'DELETED', claim('a', '3', 'another uid'));
    await ingest.flush();
    expect(await kept()).toEqual(['ns/a']);
    await ingest.changed(feed, 'DELETED', claim('a', '4'));
    await ingest.flush();
    expect(await kept()).toEqual([]);
  });

  it('forgets lists that are not followed any more', async () => {
    await list(claim('a'));
    await ingest.forgetAllBut([{ ...feed, id: 'claims of another namespace' }]);
    expect(await kept()).toEqual([]);
  });

  it('tells when a write was refused because the lease is lost', async () => {
    const leases = new LeaseStore(knex);
    await leases.take('c1', 'other', await leases.read('c1'), 0);
    await ingest.changed(feed, 'ADDED', claim('a'));
    await ingest.flush().catch(() => undefined);
    expect(errors).toEqual([expect.any(LeaseLostError)]);
    expect(await kept()).toEqual([]);
  });
});
