import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ABOUT, FULL } from './about';
import { Bench, type Sizes } from './Bench';
import { componentName } from './backend/entities';
import type { BackendAnswers, Portal } from './backend/Portal';
import { measureBeside } from './measures/beside';
import { measureBurst } from './measures/burst';
import { measureChange } from './measures/change';
import { reportMemory } from './measures/memory';
import { measureGrowth } from './measures/growth';
import { measureSync } from './measures/sync';

import { Worker } from './processes';
import { writeReport } from './report/writeReport';

const STAGES = ['sync', 'views', 'burst', 'growth'] as const;

const { values: options } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    /** A part of the whole, to try the benchmark itself; writes no report. */
    scale: { type: 'string', default: '1' },
    /** One stage alone; writes no report. */
    only: { type: 'string' },
  },
});
const scale = Number(options.scale);
const say = (text: string) =>
  process.stdout.write(
    `${Math.round(performance.now() / 1000)} s: ${text} …\n`,
  );

let portal: Portal | undefined;

async function main() {
  if (options.only && !(STAGES as readonly string[]).includes(options.only)) {
    throw new Error(`--only takes one of ${STAGES.join(', ')}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'golden-images-bench-'));
  const kubeconfigPath = options.kubeconfig
    ? resolve(process.env.INIT_CWD ?? '.', options.kubeconfig)
    : join(folder, 'kubeconfig');
  const api = options.kubeconfig
    ? undefined
    : await Worker.start({
        file: 'cluster/serveApi.ts',
        args: [kubeconfigPath],
        nodeArgs: ['--max-old-space-size=12000'],
        logTo: openSync(join(folder, 'api.log'), 'a'),
      });
  const sizes = {
    volumes: FULL.volumes * scale,
    entities: FULL.entities * scale,
    views: FULL.views.map(count => count * scale) as Sizes['views'],
    burst: FULL.burst * scale,
  };
  const bench = await Bench.open({ sizes, folder, kubeconfigPath, api });
  try {
    await bench.seedNamespaces();
    await measure(bench);
  } finally {
    await portal?.stop();
    bench.cluster.close();
    await api?.stop();
  }
  if (scale === 1 && !options.only) writeReport(bench.report.rows, ABOUT);
  rmSync(folder, { recursive: true });
}

async function measure(bench: Bench) {
  const { volumes, burst, views } = bench.sizes;
  const empty = await measureEmpty(bench);
  if (includes('sync') || includes('views')) {
    say(`making ${volumes} volumes`);
    await bench.seedVolumes(volumes);
  }
  if (includes('sync')) {
    say('syncing');
    portal = await measureSync(bench);
    reportMemory(bench, empty, await portal.ask('memory'));
  }
  if (includes('views')) {
    // Not the one whose memory was measured: its compiled code has been collected.
    await portal?.stop();
    portal = await bench.startPortal();
    await bench.everythingShown(portal);
    say('looking at entities');
    await measureChange(bench, portal);
    await measureBeside(bench, portal);
  }
  await portal?.stop();
  portal = undefined;
  if (includes('burst')) {
    say(`cloning ${burst} times at once`);
    await measureBurst(bench);
  }
  if (includes('growth')) {
    portal = await bench.startPortal();
    await measureGrowth(bench, portal, count =>
      say(`making ${count} of ${views.at(-1)} volumes`),
    );
  }
}

function includes(stage: (typeof STAGES)[number]): boolean {
  return options.only === undefined || options.only === stage;
}

/** Memory of the backend before there is anything in the cluster; its catalog is full already. */
async function measureEmpty(bench: Bench): Promise<BackendAnswers['memory']> {
  say('starting without objects');
  portal = await bench.startPortal();
  const last = componentName(bench.sizes.entities - 1);
  const path = `/api/catalog/entities/by-name/component/default/${last}`;
  while ((await portal.send('GET', path)).status !== 200) await delay(200);
  await bench.everythingShown(portal);
  const memory = await portal.ask('memory');
  await portal.stop();
  portal = undefined;
  return memory;
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
