import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeEnvironment, nodePath, root, run } from '../install.mjs';

/** What the built pages depend on. */
const SOURCES = [
  'packages/app/src',
  'packages/app/public',
  'packages/app/package.json',
  'packages/app/config.d.ts',
  'plugins/golden-images-common/src',
  'plugins/golden-images/src',
  'plugins/golden-images/package.json',
  'plugins/scaffolder-module-golden-images/src',
  'plugins/scaffolder-module-golden-images/package.json',
  'app-config.yaml',
  'package-lock.json',
];

const app = join(root, 'packages', 'app');
/** Says from which sources the pages were built; written last. */
const marker = join(app, 'dist', '.built-from');

/**
 * Builds the pages unless they were built from the same sources before.
 *
 * @throws Error with what the build said
 */
export async function buildFrontend({ progress, signal, logFile }) {
  const hash = await hashSources();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  const log = openSync(logFile, 'w');
  try {
    await progress.during('Building the pages (once)', () =>
      run(
        nodePath(),
        [
          join(root, 'node_modules/.bin/backstage-cli'),
          ...['package', 'build', '--config', join(root, 'app-config.yaml')],
        ],
        {
          cwd: app,
          env: { ...nodeEnvironment(), NODE_ENV: 'production' },
          stdio: ['ignore', log, log],
          signal,
        },
      ),
    );
  } catch (error) {
    throw new Error(`${readFileSync(logFile, 'utf8')}\n${error.message}`);
  } finally {
    closeSync(log);
  }
  writeFileSync(marker, hash);
}

async function hashSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of await filesOf(join(root, source))) {
      hash.update(path.slice(root.length));
      hash.update(await readFile(path));
    }
  }
  return hash.digest('hex');
}

async function filesOf(path) {
  const entries = await readdir(path, {
    withFileTypes: true,
    recursive: true,
  }).catch(error => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [path];
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
