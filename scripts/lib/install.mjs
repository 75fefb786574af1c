/**
 * Installs the dependencies where they are missing or older than the lock
 * file, and finds the Node that the rest must run with. Runs on Node 20, before
 * anything is installed, so it uses nothing but Node itself.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** Marks the lock file that `node_modules` was last installed from. */
const marker = join(root, 'node_modules', '.golden-images-lock');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  if (!existsSync(join(root, 'node_modules', '.bin', 'backstage-cli')))
    return false;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lockHash())
    return true;
  // Installed by hand: npm's own record says which versions are there.
  const record = join(root, 'node_modules', '.package-lock.json');
  return existsSync(record) && hasAllOf(readPackages(record));
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** Whether what the lock file names is there; optional packages may be for other systems. */
function hasAllOf(found) {
  return Object.entries(readPackages(join(root, 'package-lock.json')))
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, { version, optional, devOptional }]) =>
      found[path]
        ? found[path].version === version
        : Boolean(optional || devOptional),
    );
}

/** Runs a command with its output shown; throws when it does not end with 0. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      ...options,
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${command} ${args.join(' ')} ended with ${signal ?? code}`,
          ),
        );
    });
  });
}

/**
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ installed: boolean }>} whether something had to be installed
 */
export async function ensureInstalled({ log = console.log, signal } = {}) {
  if (isInstalled()) return { installed: false };
  const beganAtMs = Date.now();
  const seconds = () => Math.round((Date.now() - beganAtMs) / 1000);
  log('Installing the dependencies (about two minutes the first time) …');
  const ticker = setInterval(
    () => log(`  still installing, ${seconds()} s`),
    20_000,
  );
  try {
    await run('npm', ['ci', '--prefer-offline'], { signal });
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(marker, lockHash());
  log(`Dependencies installed in ${seconds()} s.`);
  return { installed: true };
}

/** The environment in which `node` is the one from the dependencies, where there is one. */
export function nodeEnvironment(env = process.env) {
  return {
    ...env,
    PATH: [join(root, 'node_modules', '.bin'), env.PATH].join(delimiter),
  };
}

/** Path of the Node to run everything with: from the dependencies on Linux, else this one. */
export function nodePath() {
  const bundled = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(bundled)) return bundled;
  const major = Number(process.versions.node.split('.')[0]);
  if (major !== 22 && major !== 24) {
    throw new Error(
      `Node ${process.versions.node} is running; Backstage needs Node 22 or 24 on this system. Install one of them and try again.`,
    );
  }
  return process.execPath;
}
