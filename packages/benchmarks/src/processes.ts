import { fork, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';

// Run from its sources only: the package is never built.
const sourceFolder = dirname(require.resolve('./main'));

/** A process of ours that answers over its channel. */
export class Worker {
  readonly #child: ChildProcess;
  #ended?: string;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('exit', (code, signal) => {
      this.#ended = `ended with ${signal ?? code}`;
    });
  }

  /** Resolves when the process says that it is ready. */
  static async start(options: {
    /** Below `src/`. */
    file: string;
    args: string[];
    nodeArgs?: string[];
    env?: Record<string, string>;
    logTo: number;
  }): Promise<Worker> {
    const child = fork(join(sourceFolder, options.file), options.args, {
      execArgv: [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ...(options.nodeArgs ?? []),
      ],
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.logTo, options.logTo, 'ipc'],
    });
    const worker = new Worker(child);
    await worker.#next(message => 'ready' in message);
    return worker;
  }

  /** Sends a question and resolves to the answer to it. */
  async ask<T extends object>(question: string): Promise<T> {
    const answer = this.#next(message => message.to === question);
    this.#child.send({ question });
    return (await answer) as T;
  }

  /** The process stands still; what is sent to it waits. */
  pause() {
    this.#child.kill('SIGSTOP');
  }

  resume() {
    this.#child.kill('SIGCONT');
  }

  /** At once: an orderly end waits for connections that are kept alive. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const exit = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exit;
  }

  #next(
    fits: (message: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    const ended = new AbortController();
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      if (this.#ended) reject(new Error(this.#ended));
      const { signal } = ended;
      signal.addEventListener('abort', () => {
        this.#child.off('message', take);
        this.#child.off('exit', fail);
      });
      function take(message: Record<string, unknown>) {
        if (fits(message)) resolve(message);
      }
      function fail(code: number | null) {
        reject(new Error(`A process ended with ${code}`));
      }
      this.#child.on('message', take);
      this.#child.on('exit', fail);
    }).finally(() => ended.abort());
  }
}
