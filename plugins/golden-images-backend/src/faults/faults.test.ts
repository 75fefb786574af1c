import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { SqliteThread } from '../database/SqliteThread';
import { openDatabase } from './__testUtils__/Databases';
import { FAULTS, FaultRun } from './__testUtils__/FaultRun';

const FAULTS_PER_SEED = 25;
/** What the run may take when the database does not come to rest. */
const PATIENCE_MS = 60_000;

/** Two, or `GOLDEN_IMAGES_SEEDS` many, or `GOLDEN_IMAGES_SEED` alone. */
function seeds(): number[] {
  const { GOLDEN_IMAGES_SEED: one, GOLDEN_IMAGES_SEEDS: many = '2' } =
    process.env;
  return one === undefined
    ? Array.from({ length: Number(many) }, (_, index) => index + 1)
    : [Number(one)];
}

/** As if there were always many rows: every second seed, where they are SQLite's. */
function writeByThread(seed: number) {
  if (seed % 2 === 0) return;
  jest
    .spyOn(SqliteThread, 'forRows')
    .mockImplementation(knex => SqliteThread.of(knex));
}

const open = openDatabase();
const counts = new Map<string, number>();
const passed: number[] = [];

describe('the database after faults', () => {
  it.each(seeds())(
    'is as the cluster is: seed %d',
    async seed => {
      writeByThread(seed);
      const database = await open();
      const empty = await open();
      const run = await FaultRun.start(seed, database);
      try {
        const injected = await run.disturb(FAULTS_PER_SEED);
        const { shown, truth } = await run.settle(empty);
        expect(shown).toEqual(truth);
        for (const [fault, count] of injected) {
          counts.set(fault, (counts.get(fault) ?? 0) + count);
        }
        passed.push(seed);
      } finally {
        jest.restoreAllMocks();
        await run.stop();
        await database.close();
        await empty.close();
      }
    },
    PATIENCE_MS,
  );

  afterAll(() => {
    const path = process.env.GOLDEN_IMAGES_FAULT_REPORT;
    if (!path) return;
    const faultsByKind = Object.fromEntries(
      FAULTS.map(fault => [fault, counts.get(fault) ?? 0]),
    );
    const faults = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const report = {
      machine: { cpu: cpus()[0]?.model, cpus: cpus().length },
      database: process.env.GOLDEN_IMAGES_TEST_DATABASE ?? 'SQLite',
      seeds: seeds().length,
      faults,
      faultsByKind,
      mismatches: seeds().filter(seed => !passed.includes(seed)),
    };
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
    // A few seeds may miss a kind by chance; the whole run may not.
    const missed = FAULTS.filter(fault => !counts.has(fault));
    if (faults < 1_000 || missed.length > 0) {
      throw new Error(
        `${faults} faults have hit somebody, none of: ${missed.join(', ')}`,
      );
    }
  });
});
