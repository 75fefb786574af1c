import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { replayTrace } from './replayTrace';
import { parseTrace } from './traceLines';

/** Prints a JSON line for each change of a derived state. */
function replayFile(file: string) {
  const { lines, leftOut, ...trace } = parseTrace(readFileSync(file));
  for (const problem of leftOut) {
    process.stderr.write(`${file}: ${problem}, and is left out\n`);
  }
  for (const change of replayTrace(lines, trace)) {
    process.stdout.write(
      `${JSON.stringify({ file: basename(file), ...change })}\n`,
    );
  }
}

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: npm run replay -- FILE.ndjson…\n');
  process.exitCode = 2;
}
for (const file of files) {
  try {
    replayFile(file);
  } catch (error) {
    process.stderr.write(
      `${file}: ${error instanceof Error ? error.message : error}\n`,
    );
    process.exitCode = 1;
  }
}
