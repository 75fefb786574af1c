import Knex, { type Knex as KnexType } from 'knex';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectEach, writeEach } from './eachRow';
import { LeaseLostError, LeaseStore } from './LeaseStore';
import { projectUnderFence } from './underFence';
import { migrateDatabase } from './migrateDatabase';
import { onSqlite, type SqliteConnection } from './sqliteConnection';

const row = (name: string) => ({
  cluster: 'c1',
  namespace: 'team-a',
  name,
  label: 'tier',
  value: 'gold',
});

const insertion = (rows: ReturnType<typeof row>[]) => ({
  op: 'insert' as const,
  table: 'tracked_labels',
  rows,
});

describe('a connection to SQLite on disk', () => {
  let folder: string;
  let knex: KnexType;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'golden-images-sqlite-'));
    knex = Knex({
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'golden-images.sqlite') },
      useNullAsDefault: true,
    });
    await migrateDatabase({ getClient: async () => knex });
  });
  afterEach(async () => {
    await knex.destroy();
    rmSync(folder, { recursive: true });
  });

  const names = async () =>
    (await knex('tracked_labels').select('name')).map(({ name }) => name);
  const synchronous = async () =>
    (await knex.raw('PRAGMA synchronous'))[0].synchronous;
  const inTransaction = (
    write: (connection: SqliteConnection) => Promise<void>,
  ) =>
    onSqlite(knex, connection =>
      connection.transaction(() => write(connection)),
    );

  it('writes all of a transaction, which does not wait for the disk; others do', async () => {
    const FULL = 2;
    const NORMAL = 1;
    const during: unknown[] = [];
    await inTransaction(async connection => {
      await writeEach(connection, [insertion([row('a'), row('b')])]);
      during.push(...connection.prepared('PRAGMA synchronous').all());
    });
    expect(during).toEqual([{ synchronous: NORMAL }]);
    expect(await names()).toEqual(['a', 'b']);
    expect(await synchronous()).toBe(FULL);
  });

  it('writes nothing of a transaction that fails, and goes on', async () => {
    const failing = inTransaction(async connection => {
      await writeEach(connection, [insertion([row('a')])]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual([]);
    expect(await synchronous()).toBe(2);
    await inTransaction(connection =>
      writeEach(connection, [insertion([row('b')])]),
    );
    expect(await names()).toEqual(['b']);
  });

  it('writes nothing for whoever has lost the lease', async () => {
    const leases = new LeaseStore(knex);
    const fence = await leases.take('c1', 'me', undefined, 0);
    const seen = await leases.read('c1');
    await leases.take('c1', 'another', seen, 1);
    const late = projectUnderFence(knex, fence!, rows =>
      writeEach(rows, [insertion([row('a')])]),
    );
    await expect(late).rejects.toThrow(LeaseLostError);
    expect(await names()).toEqual([]);
  });

  it('finds rows by keys of one and of several columns, whatever they are made of', async () => {
    const odd = `it's "odd", [1] \u00e4`;
    await inTransaction(connection =>
      writeEach(connection, [insertion([row('a'), row(odd), row('c')])]),
    );
    const find = (by: ('name' | 'namespace')[], keys: string[][]) =>
      selectEach<ReturnType<typeof row>>(knex, {
        table: 'tracked_labels',
        columns: ['name'],
        where: { cluster: 'c1' },
        by,
        keys,
      });
    expect(await find(['name'], [[odd], ['none']])).toEqual([{ name: odd }]);
    expect(
      await find(
        ['namespace', 'name'],
        [
          ['team-a', 'c'],
          ['team-b', 'a'],
        ],
      ),
    ).toEqual([{ name: 'c' }]);
    expect(await find(['name'], [])).toEqual([]);
  });
});
