import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './freePort.mjs';

/** @throws Error when no server of Debian's is installed */
function newestServer() {
  const base = '/usr/lib/postgresql';
  let versions = [];
  try {
    versions = readdirSync(base).map(Number).filter(Number.isFinite);
  } catch {
    // No server of Debian's is installed.
  }
  if (versions.length === 0) {
    throw new Error(
      'No PostgreSQL server found: install the Debian package "postgresql".',
    );
  }
  const version = Math.max(...versions);
  return { version, bin: join(base, String(version), 'bin') };
}

function must(command, args, options) {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...options,
  });
  if (result.status !== 0) {
    throw new Error(
      `${command} ended with ${result.error?.message ?? result.status}`,
    );
  }
}

/** PostgreSQL refuses to run as root, so root hands it to Debian's account. */
function account() {
  if (process.getuid() !== 0) return {};
  const id = flag =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Starts a PostgreSQL server: Debian's binaries, a data folder of its own, one
 * port on the loopback address.
 *
 * @throws Error when none is installed, or it does not start
 */
export async function startPostgres() {
  const { version, bin } = newestServer();
  const data = mkdtempSync(join(tmpdir(), 'golden-images-postgres-'));
  const as = account();
  if (as.uid) chownSync(data, as.uid, as.gid);
  const port = await freePort();
  const stop = () => {
    spawnSync(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], {
      ...as,
      cwd: '/',
      stdio: 'ignore',
    });
    rmSync(data, { recursive: true, force: true });
  };
  // The server is no child of this process, and would outlive it.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      stop();
      process.exit(1);
    });
  }
  try {
    must(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync'],
      { ...as, cwd: data },
    );
    must(
      join(bin, 'pg_ctl'),
      [
        '-D',
        data,
        '-w',
        '-l',
        join(data, 'log'),
        '-o',
        `-p ${port} -c listen_addresses=127.0.0.1 -c fsync=off -k ${data}`,
        'start',
      ],
      { ...as, cwd: data },
    );
  } catch (error) {
    stop();
    throw error;
  }
  return {
    version,
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    stop,
  };
}
