import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeEnvironment, nodePath, root } from './install.mjs';

/**
 * Starts the sandbox in a process of its own, with data that go with it.
 *
 * @param {string[]} args - more arguments of its command line
 * @returns once it serves: paths and addresses, and how to stop it
 */
export async function startSandbox(args = []) {
  const data = mkdtempSync(join(tmpdir(), 'golden-images-sandbox-'));
  const child = spawn(
    nodePath(),
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'packages/sandbox-cluster/src/cli/main.ts'),
      '--data',
      data,
      ...args,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: nodeEnvironment() },
  );
  const ended = new Promise(done => child.once('close', done));
  const said = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, word, value] = /^(\S+) \w+=(.+)$/.exec(line) ?? [];
    if (word) said[word] = value;
    if (word === 'ready') break;
  }
  if (!said.ready) throw new Error('The sandbox ended before it served.');
  return {
    kubeconfig: said.ready,
    imageUrl: `${said['image-server']}/demo-linux.qcow2`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}
