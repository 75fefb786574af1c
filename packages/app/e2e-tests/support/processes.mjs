import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/**
 * Processes whose environment has this line, whoever their parent is by now
 * (Linux).
 *
 * @param {string} line - as in `NAME=value`
 * @returns {{ pid: number, command: string }[]}
 */
export function processesWith(line) {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => read(pid, 'environ').split('\0').includes(line))
    .map(pid => ({
      pid: Number(pid),
      command: read(pid, 'cmdline').replaceAll('\0', ' ').trim(),
    }))
    .filter(({ command }) => command !== '');
}

/** Waits until there is no such process; the ones that are left after that time. */
export async function waitUntilNoneWith(line, timeoutMs) {
  const deadlineMs = Date.now() + timeoutMs;
  let left = processesWith(line);
  while (left.length > 0 && Date.now() < deadlineMs) {
    await setTimeout(100);
    left = processesWith(line);
  }
  return left;
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended meanwhile, or is somebody else's.
    return '';
  }
}
