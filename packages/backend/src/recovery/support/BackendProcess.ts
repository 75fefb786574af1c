import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TaskEnd, TaskMoment } from './backend/taskSeams';
import type { Gate } from './Gate';

interface Message {
  ready?: true;
  id?: string;
  moment?: TaskMoment;
  end?: TaskEnd;
}

/** A Backstage backend in a process of its own, which is killed like one. */
export class BackendProcess {
  readonly #name: string;
  readonly #gate: Gate;
  readonly #options: { configPath: string; plugins: string[]; logTo: number };
  #child?: ChildProcess;

  constructor(
    name: string,
    gate: Gate,
    options: { configPath: string; plugins: string[]; logTo: number },
  ) {
    this.#name = name;
    this.#gate = gate;
    this.#options = options;
  }

  /** Resolves when all its plugins are up. */
  async start(): Promise<void> {
    const { configPath, plugins, logTo } = this.#options;
    const child = fork(
      require.resolve('./backend/serveBackend'),
      ['--config', configPath],
      {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        env: {
          ...process.env,
          NODE_ENV: 'development',
          RECOVERY_PLUGINS: plugins.join(','),
        },
        stdio: ['ignore', logTo, logTo, 'ipc'],
      },
    );
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code, signal) =>
        reject(new Error(`${this.#name} ended with ${signal ?? code}`)),
      );
      child.on('message', (message: Message) => {
        if (message.ready) resolve();
        if (message.moment) this.#pass(child, message.moment, message.id!);
        if (message.end) this.#ended(message.end);
      });
    });
  }

  /** As the kernel does when memory runs out; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.#gate.drop(this.#name);
  }

  /** It stands still, as in a machine that is frozen. */
  pause() {
    this.#child?.kill('SIGSTOP');
  }

  resume() {
    this.#child?.kill('SIGCONT');
  }

  async #pass(child: ChildProcess, at: TaskMoment, id: string) {
    const claim = await this.#gate.claimOf(at.taskId);
    const moment = { name: at.moment, claim, by: this.#name };
    const verdict = await this.#gate.arrive(moment);
    if (verdict === 'go') child.send({ go: id });
  }

  async #ended({ taskId, ...end }: TaskEnd) {
    const claim = await this.#gate.claimOf(taskId);
    this.#gate.ended({ ...end, claim, by: this.#name });
  }
}
