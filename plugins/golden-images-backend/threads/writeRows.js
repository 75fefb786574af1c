// @ts-check
// Runs in a thread of its own, from this file as it is: see `SqliteThread`.
const { parentPort, workerData } = require('node:worker_threads');

/**
 * @typedef {{ sql: string, rows: (string | number | null)[][] }} RowStatement
 * @typedef {{ id: number, cluster: string, token: number, statements: RowStatement[] }} Question
 */

const { driverPath, filename, checkpointPages } = workerData;
const Database = require(driverPath);
const database = new Database(filename);
// What is written here comes back with the next list, should the power fail.
database.pragma('synchronous = NORMAL');
database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
const lease = database.prepare(
  'SELECT token FROM cluster_leases WHERE cluster = ?',
);
/** @type {Map<string, import('better-sqlite3').Statement>} */
const known = new Map();

/** @param {string} sql */
function prepared(sql) {
  const statement = known.get(sql) ?? database.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/** @param {RowStatement} statement */
function changesOf({ sql, rows }) {
  if (rows.length === 0) return new Uint8Array();
  const statement = prepared(sql);
  return Uint8Array.from(rows, row => statement.run(row).changes);
}

/**
 * All of it or nothing; nothing, when the lease is not the asker's any more.
 *
 * @param {Question} question
 */
function write({ cluster, token, statements }) {
  prepared('BEGIN IMMEDIATE').run();
  try {
    if (Number(lease.get(cluster)?.token) !== token) return { lost: true };
    const changes = statements.map(changesOf);
    prepared('COMMIT').run();
    return { changes };
  } finally {
    if (database.inTransaction) prepared('ROLLBACK').run();
  }
}

/** @param {Question} question */
function answer(question) {
  try {
    return write(question);
  } catch (error) {
    return { error: { message: error.message, code: error.code } };
  }
}

parentPort?.on('message', question => {
  parentPort?.postMessage({ id: question.id, ...answer(question) });
});

parentPort?.postMessage({ ready: true });
