/**
 * The contract suite over HTTP: against the sandbox in a process of its own, or
 * against the cluster of a kubeconfig.
 *
 * usage: npm run test:cluster [-- --kubeconfig FILE [--image-url URL] [--storage-class NAME]]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  ensureInstalled,
  nodeEnvironment,
  nodePath,
  root,
  run,
} from './lib/install.mjs';

await ensureInstalled();
const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    'image-url': { type: 'string' },
    'storage-class': { type: 'string' },
  },
});

/** Starts the sandbox and resolves with what it prints when it serves. */
async function startSandbox() {
  const data = mkdtempSync(join(tmpdir(), 'golden-images-contract-'));
  const child = spawn(
    nodePath(),
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'packages/sandbox-cluster/src/cli/main.ts'),
      '--data',
      data,
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

const sandbox = values.kubeconfig ? undefined : await startSandbox();
const imageUrl =
  values['image-url'] ??
  sandbox?.imageUrl ??
  process.env.GOLDEN_IMAGES_CONTRACT_IMAGE_URL;
try {
  if (!imageUrl) {
    throw new Error(
      '--image-url: name a raw or qcow2 file of at most 800 MiB that the cluster can download',
    );
  }
  await run(
    nodePath(),
    [
      join(root, 'node_modules/.bin/backstage-cli'),
      'package',
      'test',
      '--no-watch',
      '--testMatch',
      '**/*.suite.ts',
      '--testPathPatterns',
      'src/contract',
    ],
    {
      cwd: join(root, 'packages/sandbox-cluster'),
      env: {
        ...nodeEnvironment(),
        GOLDEN_IMAGES_CONTRACT_KUBECONFIG:
          sandbox?.kubeconfig ?? resolve(values.kubeconfig),
        GOLDEN_IMAGES_CONTRACT_IMAGE_URL: imageUrl,
        ...(values['storage-class']
          ? { GOLDEN_IMAGES_CONTRACT_STORAGE_CLASS: values['storage-class'] }
          : {}),
      },
    },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await sandbox?.stop();
}
