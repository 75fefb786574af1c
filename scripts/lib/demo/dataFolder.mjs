import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the data folder and takes it for this process alone: two demos on the
 * same databases and disks would spoil both.
 *
 * @returns a function that gives it back
 * @throws Error if a running demo has it
 */
export function takeDataFolder(directory) {
  for (const name of ['databases', 'components', 'logs', 'sandbox', 'work']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  const lock = join(directory, 'demo.pid');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(lock, 'utf8'));
    if (isRunning(owner)) {
      throw new Error(
        `A demo is running on ${directory} already (process ${owner}). Stop it, or choose another folder with --data.`,
      );
    }
    // Left by a demo that was killed.
    rmSync(lock, { force: true });
  }
}

function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
