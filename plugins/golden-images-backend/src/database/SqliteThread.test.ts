import Knex, { type Knex as KnexType } from 'knex';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { volumeRecord } from './__testUtils__/records';
import {
  DatabaseReader,
  LeaseLostError,
  LeaseStore,
  StatusStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
  type Fence,
  type ViewRecord,
} from './index';
import { SqliteConnection } from './sqliteConnection';
import { SqliteThread } from './SqliteThread';
import { underFence } from './underFence';

jest.setTimeout(60_000);

const COUNT = 2_500;
const numbers = Array.from({ length: COUNT }, (_, i) => i);

function claim(i: number, over: Partial<ViewRecord> = {}): ViewRecord {
  return {
    kind: 'PersistentVolumeClaim',
    objectKey: `ns/claim-${i}`,
    feed: 'claims',
    name: `claim-${i}`,
    uid: `uid-${i}`,
    resourceVersion: '1',
    links: { volumeName: `pv-${i}` },
    seenAtMs: 1000,
    document: { name: `claim-${i}`, text: `it's "odd", [1] \u00e4` },
    ...over,
  };
}

describe('many rows of SQLite on disk', () => {
  let folder: string;
  let knex: KnexType;
  let fence: Fence;
  let written: jest.SpyInstance;

  const open = () =>
    Knex({
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'golden-images.sqlite') },
      useNullAsDefault: true,
    });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'golden-images-thread-'));
    knex = open();
    await migrateDatabase({ getClient: async () => knex });
    fence = (await new LeaseStore(knex).take('c1', 'me', undefined, 0))!;
    written = jest.spyOn(SqliteThread.prototype, 'write');
  });
  afterEach(async () => {
    written.mockRestore();
    await knex.destroy();
    rmSync(folder, { recursive: true });
  });

  const find = (i: number) =>
    new ViewStore(knex).find('c1', 'PersistentVolumeClaim', 'object_key', [
      `ns/claim-${i}`,
    ]);

  it('are added by the thread, and what was there is changed and told as before', async () => {
    const views = new ViewStore(knex);
    await views.apply(fence, [claim(7), claim(8)], []);
    expect(written).not.toHaveBeenCalled();

    const changes = await views.apply(
      fence,
      numbers.map(i => claim(i, i === 7 ? { resourceVersion: '2' } : {})),
      [{ kind: 'PersistentVolumeClaim', objectKey: 'ns/claim-8' }],
    );
    expect(written).toHaveBeenCalled();
    // All but the one that was there and is the same, with its deletion in its place.
    expect(changes).toHaveLength(COUNT);
    const changeOf = (i: number) =>
      changes.find(change => change.objectKey === `ns/claim-${i}`);
    expect(changeOf(3)).toEqual({
      kind: 'PersistentVolumeClaim',
      objectKey: 'ns/claim-3',
      after: claim(3),
    });
    expect(changeOf(7)).toMatchObject({
      before: { resourceVersion: '1' },
      after: { resourceVersion: '2' },
    });
    expect(changeOf(8)).toMatchObject({ before: { uid: 'uid-8' } });
    expect(await find(3)).toEqual([claim(3)]);
    expect(await find(7)).toEqual([claim(7, { resourceVersion: '2' })]);
    expect(await find(8)).toEqual([]);
  });

  it('are rows of volumes with their labels, which are read at once', async () => {
    const tracked = new TrackedStore(knex);
    const volume = (i: number, tier: string) => ({
      ...volumeRecord(`disk-${i}`),
      labels: { tier },
    });
    await tracked.write(
      fence,
      numbers.map(i => volume(i, 'gold')),
      [],
    );
    await tracked.write(
      fence,
      numbers.slice(10).map(i => volume(i, i % 2 ? 'gold' : 'silver')),
      numbers.slice(0, 10).map(i => `team-a/disk-${i}`),
    );
    expect(written).toHaveBeenCalledTimes(2);
    const reader = new DatabaseReader(knex, {
      statuses: new StatusStore(knex),
      views: new ViewStore(knex),
    });
    const ofTier = (tier: string) =>
      reader.selectVolumes({
        clusters: ['c1'],
        requirements: [{ key: 'tier', operator: 'in', values: [tier] }],
      });
    expect(await ofTier('gold')).toHaveLength((COUNT - 10) / 2);
    expect(await ofTier('silver')).toHaveLength((COUNT - 10) / 2);
    expect(await knex('tracked_labels').select('name')).toHaveLength(
      COUNT - 10,
    );
  });

  it('are not written for whoever has lost the lease', async () => {
    const leases = new LeaseStore(knex);
    await leases.take('c1', 'another', await leases.read('c1'), 1);
    await expect(
      new ViewStore(knex).apply(
        fence,
        numbers.map(i => claim(i)),
        [],
      ),
    ).rejects.toThrow(LeaseLostError);
    expect(await find(1)).toEqual([]);
  });

  it('are written whole or not at all; the thread goes on afterwards', async () => {
    const thread = (await SqliteThread.of(knex))!;
    const insertion = (names: (string | null)[]) => ({
      sql: `insert into tracked_labels values ('c1', 'ns', ?, 'tier', 'gold')`,
      rows: names.map(name => [name]),
    });
    await expect(
      thread.write(fence, [insertion(['a']), insertion(['b', null])]),
    ).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_NOTNULL' });
    expect(await knex('tracked_labels')).toEqual([]);
    expect(
      await thread.write(fence, [insertion(['a', 'b']), insertion([])]),
    ).toEqual([Uint8Array.of(1, 1), Uint8Array.of()]);
    expect(await knex('tracked_labels')).toHaveLength(2);
  });

  it('wait while another process holds the database', async () => {
    const other = open();
    const trx = await other.transaction();
    await trx('cluster_leases').update({ renewed_at_ms: 5 });
    let isDone = false;
    const applied = new ViewStore(knex)
      .apply(
        fence,
        numbers.map(i => claim(i)),
        [],
      )
      .finally(() => {
        isDone = true;
      });
    // Reads go on meanwhile.
    for (let i = 0; i < 50; i += 1) expect(await find(1)).toEqual([]);
    expect(isDone).toBe(false);
    await trx.commit();
    expect(await applied).toHaveLength(COUNT);
    await other.destroy();
  });

  it('do not come between what another transaction reads and writes', async () => {
    const other = open();
    await other.raw('PRAGMA busy_timeout = 0');
    await underFence(knex, fence, async trx => {
      await expect(
        other('cluster_leases').update({ renewed_at_ms: 5 }),
      ).rejects.toThrow('locked');
      await trx('cluster_leases').update({ renewed_at_ms: 6 });
    });
    expect(await knex('cluster_leases').first('renewed_at_ms')).toEqual({
      renewed_at_ms: 6,
    });
    await other.destroy();
  });

  it('are written without the thread where it cannot start', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    // It opens the file for itself, and finds none here.
    const name = jest
      .spyOn(SqliteConnection.prototype, 'logged')
      .mockReturnValue(join(folder, 'not-there', 'golden-images.sqlite'));
    expect(await SqliteThread.of(knex)).toBeUndefined();
    const changes = await new ViewStore(knex).apply(
      fence,
      numbers.map(i => claim(i)),
      [],
    );
    expect(changes).toHaveLength(COUNT);
    expect(warned).toHaveBeenCalledWith(
      expect.stringContaining('without a thread of their own'),
    );
    name.mockRestore();
    warned.mockRestore();
  });

  it('are written by it once the database is there again', async () => {
    const acquire = jest
      .spyOn(knex.client, 'acquireConnection')
      .mockRejectedValueOnce(new Error('the database is gone'));
    await expect(SqliteThread.of(knex)).rejects.toThrow('gone');
    acquire.mockRestore();
    expect(await SqliteThread.of(knex)).toBeInstanceOf(SqliteThread);
  });

  it('have no thread where the database is in memory', async () => {
    const memory = Knex({
      client: 'better-sqlite3',
      connection: { filename: ':memory:' },
      useNullAsDefault: true,
    });
    await migrateDatabase({ getClient: async () => memory });
    expect(await SqliteThread.of(memory)).toBeUndefined();
    const lease = await new LeaseStore(memory).take('c1', 'me', undefined, 0);
    const changes = await new ViewStore(memory).apply(
      lease!,
      numbers.map(i => claim(i)),
      [],
    );
    expect(changes).toHaveLength(COUNT);
    await memory.destroy();
  });
});
