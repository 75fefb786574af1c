import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../../../scripts/lib/freePort.mjs';
import { processesWith, waitUntilNoneWith } from './processes.mjs';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const START_TIMEOUT_MS = 240_000;
const STOP_TIMEOUT_MS = 40_000;
const MARK = 'GOLDEN_IMAGES_E2E_RUN';

/** The demo as a person starts it, in a process of its own. */
export class Demo {
  #child;
  #mark = randomUUID();
  #ended;

  /** Everything that it printed so far. */
  output = '';
  url = '';

  /** @param {{ data: string, port?: number }} options */
  static async start({ data, port = undefined }) {
    const demo = new Demo();
    await demo.#start(data, port ?? (await freePort()));
    return demo;
  }

  async #start(data, port) {
    this.#child = spawn(
      process.execPath,
      [join(root, 'scripts/demo.mjs'), '--data', data, '--port', String(port)],
      {
        env: { ...process.env, [MARK]: this.#mark },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#ended = new Promise(resolve => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    this.#child.stderr.on('data', chunk => {
      this.output += chunk;
    });
    const ready = new Promise(resolve => {
      createInterface({ input: this.#child.stdout }).on('line', line => {
        this.output += `${line}\n`;
        const match = /^ready (http:\S+)$/.exec(line);
        if (match) resolve(match[1]);
      });
    });
    let timer;
    const late = new Promise(resolve => {
      timer = setTimeout(
        () => resolve('is not ready in time'),
        START_TIMEOUT_MS,
      );
    });
    const ended = this.#ended.then(how => `ended with ${how}`);
    const first = await Promise.race([
      ready.then(url => ({ url })),
      Promise.race([late, ended]).then(problem => ({ problem })),
    ]);
    clearTimeout(timer);
    if (first.problem) {
      await this.kill();
      throw new Error(`The demo ${first.problem}. It said:\n${this.output}`);
    }
    this.url = first.url;
  }

  /** Processes of this demo that are running. */
  processes() {
    return processesWith(`${MARK}=${this.#mark}`);
  }

  /** As Ctrl-C does; resolves to the exit code and what still runs after it. */
  async interrupt() {
    this.#child.kill('SIGINT');
    const how = await this.#ended;
    return { how, left: this.processes() };
  }

  /** Kills the launcher alone, and waits for the rest to notice. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#ended;
    return waitUntilNoneWith(`${MARK}=${this.#mark}`, STOP_TIMEOUT_MS);
  }
}
