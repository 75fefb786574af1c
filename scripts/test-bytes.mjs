/** Imports and clones held against `qemu-img`, on images that it makes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeEnvironment, root, run } from './lib/install.mjs';

if (spawnSync('qemu-img', ['--version']).status !== 0) {
  console.error('qemu-img is not installed (Debian package "qemu-utils").');
  process.exit(1);
}
await run(
  'npx',
  [
    'backstage-cli',
    'package',
    'test',
    '--no-watch',
    '--testMatch',
    '**/*.suite.ts',
    '--testPathPatterns',
    'src/bytes',
  ],
  { cwd: join(root, 'packages/sandbox-cluster'), env: nodeEnvironment() },
);
