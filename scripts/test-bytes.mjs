/** Imports, clones, and looks at images held against `qemu-img`, on images that it makes. */
import { spawnSync } from 'node:child_process';
import { runSuites } from './lib/testPackage.mjs';

if (spawnSync('qemu-img', ['--version']).status !== 0) {
  console.error('qemu-img is not installed (Debian package "qemu-utils").');
  process.exit(1);
}
const SUITES = {
  'packages/sandbox-cluster': 'src/bytes',
  'plugins/golden-images-backend': 'src/imports/probe',
};
for (const [folder, path] of Object.entries(SUITES)) {
  await runSuites(folder, path);
}
