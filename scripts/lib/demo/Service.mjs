import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithParent } from '../handOver.mjs';
import { nodeEnvironment, nodePath, root } from '../install.mjs';
import { until } from './until.mjs';

const STOP_TIMEOUT_MS = 15_000;
const TAIL_LINES = 25;

/** A TypeScript program that runs as a process of its own and logs to a file. */
export class Service {
  #name;
  #logFile;
  #child;

  /** Resolves when the process ends: to the exit code or the signal's name. */
  ended;

  /**
   * @param {{ name: string, entry: string, args: string[], cwd: string,
   *   env: Record<string, string>, logFile: string }} options
   */
  constructor({ name, entry, args, cwd, env, logFile }) {
    this.#name = name;
    this.#logFile = logFile;
    // Straight to the file: a pipe would break when the launcher is killed,
    // and a process that logs its broken pipe does not come to its end.
    const log = openSync(logFile, 'w');
    this.#child = spawn(
      nodePath(),
      [
        '--enable-source-maps',
        '--require',
        endWithParent,
        '--require',
        join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
        entry,
        ...args,
      ],
      {
        cwd,
        env: { ...nodeEnvironment(), ...env },
        stdio: ['ignore', log, log, 'ipc'],
        // Ctrl-C reaches the launcher alone, which stops everything in order.
        detached: true,
      },
    );
    closeSync(log);
    this.ended = new Promise(resolve => {
      this.#child.once('error', error => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? code));
    });
  }

  /** Resolves to the match of the first line of the output that matches. */
  async line(pattern, signal) {
    const look = () =>
      readFileSync(this.#logFile, 'utf8')
        .split('\n')
        // The last one may not be whole yet.
        .slice(0, -1)
        .map(line => pattern.exec(line))
        .find(Boolean);
    return this.orEnd(until(look, `A line of the ${this.#name}`, signal));
  }

  /** Resolves as the work does, or throws when the process ends before that. */
  async orEnd(work) {
    return Promise.race([work, this.#failure()]);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(
      () => this.#child.kill('SIGKILL'),
      STOP_TIMEOUT_MS,
    );
    await this.ended;
    clearTimeout(timer);
  }

  async #failure() {
    const how = await this.ended;
    const tail = readFileSync(this.#logFile, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-TAIL_LINES)
      .join('\n');
    throw new Error(
      `${tail}\n\nThe ${
        this.#name
      } ended (${how}); its last lines are above, all of them in ${
        this.#logFile
      }`,
    );
  }
}
