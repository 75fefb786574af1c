import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { replayTrace, type TraceLine } from './replayTrace';

/** Reads a recorded watch stream: a header, then a line an event; gzipped or not. */
function readTrace(path: string): { startedAtMs: number; lines: TraceLine[] } {
  const bytes = readFileSync(path);
  const text = (
    bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  ).toString('utf8');
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line, i) => {
      try {
        return JSON.parse(line);
      } catch {
        throw new Error(`${path}: line ${i + 1} is not JSON`);
      }
    });
  const startedAt =
    typeof lines[0]?.startedAt === 'string'
      ? Date.parse(lines[0].startedAt)
      : NaN;
  return { startedAtMs: Number.isNaN(startedAt) ? 0 : startedAt, lines };
}

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: npm run replay -- FILE.ndjson…\n');
  process.exitCode = 2;
}
for (const file of files) {
  const { startedAtMs, lines } = readTrace(file);
  for (const change of replayTrace(lines, { startedAtMs })) {
    const { t, ...rest } = change;
    process.stdout.write(
      `${JSON.stringify({ file: basename(file), t, ...rest })}\n`,
    );
  }
}
