import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Row } from './Report';

const root = join(
  dirname(require.resolve('@golden-images/benchmarks/package.json')),
  '../..',
);

function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cpus: processors.length,
    memoryBytes: totalmem(),
    os: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}

function verdict({ met }: Row): string {
  if (met === undefined) return '';
  return met ? 'yes' : '**no**';
}

/** `reports/performance.json`, and the same for people in `docs/performance.md`. */
export function writeReport(rows: Row[], about: string[]) {
  const on = machine();
  const text = [
    '# Performance',
    '',
    ...about,
    '',
    `Measured on ${on.cpus} processors (${on.cpu}), ${Math.round(
      on.memoryBytes / 1024 ** 3,
    )} GiB of memory, ${on.os}, Node ${on.node}, by \`npm run bench\`.`,
    '',
    '| what | measured | beside | goal | met |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      row =>
        `| ${[
          row.name,
          `${row.value} ${row.unit}`,
          row.anchor,
          row.goal ?? '',
          verdict(row),
        ].join(' | ')} |`,
    ),
    '',
  ].join('\n');
  const files = ['docs/performance.md', 'reports/performance.json'].map(path =>
    join(root, path),
  );
  writeFileSync(files[0], text);
  writeFileSync(files[1], JSON.stringify({ machine: on, rows }));
  execFileSync('npx', ['prettier', '--write', ...files], { cwd: root });
}
