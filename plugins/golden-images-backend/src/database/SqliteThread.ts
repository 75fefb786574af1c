import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { RowStatement } from './rowStatements';
import { onSqlite } from './sqliteConnection';
import { CHECKPOINT_PAGES } from './tuneSqlite';

/** After so long without work the thread ends, and gives back its memory. */
const IDLE_MS = 2_000;
/** Fewer rows are written sooner than a thread has heard of them. */
const MANY_ROWS = 200;

/** What the thread says to one transaction: see `threads/writeRows.js`. */
interface Answer {
  id: number;
  /** Of each statement: how many rows each run of it added or changed. */
  changes?: Uint8Array[];
  /** Nothing was written: the lease has another token. */
  lost?: boolean;
  error?: { message: string; code?: string };
}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

const THREADS = new WeakMap<object, Promise<SqliteThread | undefined>>();

/**
 * Writes many rows of a SQLite database on disk from a thread of its own, with
 * a connection of its own, while this one goes on. SQLite lets one connection
 * write at a time, and others read meanwhile (write-ahead log, SQLite 3.7).
 */
export class SqliteThread {
  readonly #workerData: object;
  readonly #waiting = new Map<number, Waiting>();
  #worker?: Worker;
  #lastId = 0;
  #idle?: NodeJS.Timeout;

  private constructor(filename: string, driverPath: string) {
    this.#workerData = {
      filename,
      driverPath,
      checkpointPages: CHECKPOINT_PAGES,
    };
  }

  /** What is worth a thread, where there is one. */
  static async forRows(
    knex: Knex,
    rowCount: number,
  ): Promise<SqliteThread | undefined> {
    return rowCount >= MANY_ROWS ? SqliteThread.of(knex) : undefined;
  }

  /** Nothing, where the database is another, in memory, or without a write-ahead log. */
  static of(knex: Knex): Promise<SqliteThread | undefined> {
    const { client } = knex;
    const known = THREADS.get(client);
    if (known) return known;
    const opened = SqliteThread.#open(knex);
    THREADS.set(client, opened);
    // A database that cannot be reached just now may be reached later.
    opened.catch(() => THREADS.delete(client));
    return opened;
  }

  static async #open(knex: Knex): Promise<SqliteThread | undefined> {
    const filename = await onSqlite(knex, connection => connection.logged());
    const driverPath = filename && findDriver();
    const thread = driverPath && new SqliteThread(filename, driverPath);
    return thread && (await thread.#canStart()) ? thread : undefined;
  }

  /** Where it cannot, for example for lack of its file, rows are written as without it. */
  async #canStart(): Promise<boolean> {
    const worker = this.#start();
    const ended = new AbortController();
    const { signal } = ended;
    try {
      await Promise.race([
        once(worker, 'message', { signal }),
        once(worker, 'exit', { signal }).then(([code]) => {
          throw new Error(`The thread ended with ${code}`);
        }),
      ]);
      return true;
    } catch (error) {
      process.emitWarning(
        `Many rows are written without a thread of their own: ${error}`,
      );
      return false;
    } finally {
      ended.abort();
      this.#rest(worker);
    }
  }

  /**
   * Runs the statements in one transaction.
   *
   * @returns for each statement, how many rows each run of it changed; nothing
   *   when the lease has another token, and nothing was written
   * @throws what SQLite says, with its code
   */
  async write(
    lease: { cluster: string; token: number },
    statements: RowStatement[],
  ): Promise<Uint8Array[] | undefined> {
    const worker = this.#start();
    clearTimeout(this.#idle);
    this.#lastId += 1;
    const id = this.#lastId;
    const { cluster, token } = lease;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, cluster, token, statements });
      });
      if (answer.error) {
        const { message, code } = answer.error;
        throw Object.assign(new Error(message), { code });
      }
      return answer.lost ? undefined : answer.changes;
    } finally {
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest(worker);
    }
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(
      resolvePackagePath(
        '@golden-images/plugin-golden-images-backend',
        'threads/writeRows.js',
      ),
      // What this process was started with is for its sources, not for that file.
      { workerData: this.#workerData, execArgv: [] },
    );
    worker.on('message', (answer: Answer) =>
      this.#waiting.get(answer.id)?.resolve(answer),
    );
    worker.on('error', error => this.#fail(worker, error));
    worker.on('exit', code =>
      this.#fail(worker, new Error(`The thread ended with ${code}`)),
    );
    this.#worker = worker;
    return worker;
  }

  /** It keeps no process from ending, and is not kept for long. */
  #rest(worker: Worker) {
    worker.unref();
    this.#idle = setTimeout(() => {
      if (this.#worker === worker) this.#worker = undefined;
      worker.terminate().catch(() => undefined);
    }, IDLE_MS);
    this.#idle.unref();
  }

  #fail(worker: Worker, error: Error) {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

/** Where knex finds it: the thread must use the same. */
function findDriver(): string | undefined {
  try {
    return createRequire(require.resolve('knex')).resolve('better-sqlite3');
  } catch {
    return undefined;
  }
}
