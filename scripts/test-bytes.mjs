/** Imports, clones, and looks at images held against `qemu-img`, on images that it makes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeEnvironment, root, run } from './lib/install.mjs';

if (spawnSync('qemu-img', ['--version']).status !== 0) {
  console.error('qemu-img is not installed (Debian package "qemu-utils").');
  process.exit(1);
}
const SUITES = {
  'packages/sandbox-cluster': 'src/bytes',
  'plugins/golden-images-backend': 'src/imports/probe',
};
for (const [folder, suites] of Object.entries(SUITES)) {
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
      suites,
    ],
    { cwd: join(root, folder), env: nodeEnvironment() },
  );
}
