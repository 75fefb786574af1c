import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { nodeEnvironment, nodePath } from './install.mjs';

/** Preload that ends a process when the one that started it is gone. */
export const endWithParent = join(import.meta.dirname, 'endWithParent.cjs');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs Node with these arguments in place of this process: signals are passed
 * on, and this process ends as the other one does.
 */
export async function handOver(args) {
  const child = spawn(nodePath(), ['--require', endWithParent, ...args], {
    env: nodeEnvironment(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const forward = signal => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...how) => resolve(how));
  });
  for (const name of SIGNALS) process.off(name, forward);
  process.exitCode = code ?? 128 + constants.signals[signal];
}
