import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endWithParent } from '../handOver.mjs';
import { nodeEnvironment, nodePath, root } from '../install.mjs';
import { join } from 'node:path';

const STOP_TIMEOUT_MS = 15_000;
const TAIL_LINES = 25;

/** A TypeScript program that runs as a process of its own and logs to a file. */
export class Service {
  #name;
  #logFile;
  #child;
  #lines;

  /** Resolves when the process has ended and its log is written: to the exit code or the signal's name. */
  ended;

  /**
   * @param {{ name: string, entry: string, args: string[], cwd: string,
   *   env: Record<string, string>, logFile: string }} options
   */
  constructor({ name, entry, args, cwd, env, logFile }) {
    this.#name = name;
    this.#logFile = logFile;
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
        // Logs go to a file: no colours.
        env: { ...nodeEnvironment(), FORCE_COLOR: '0', ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        // Ctrl-C reaches the launcher alone, which stops everything in order.
        detached: true,
      },
    );
    const log = createWriteStream(logFile);
    this.#child.stdout.pipe(log, { end: false });
    this.#child.stderr.pipe(log, { end: false });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.ended = new Promise(resolve => {
      const end = how => log.end(() => resolve(how));
      this.#child.once('error', error => end(error.message));
      this.#child.once('close', (code, signal) => end(signal ?? code));
    });
  }

  /** Resolves to the match of the first line of the output that matches. */
  async line(pattern) {
    const found = new Promise(resolve => {
      this.#lines.on('line', line => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      });
    });
    return this.orEnd(found);
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
