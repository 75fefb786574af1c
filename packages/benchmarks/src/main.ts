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
import { measureSync } from './measures/sync';
import { measureViews, reportFlatness, type ViewTimes } from './measures/views';
import { Worker } from './processes';
import { writeReport } from './report/writeReport';

const { values: options } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    /** A part of the whole, to try the benchmark itself; writes no report. */
    scale: { type: 'string', default: '1' },
    /** The burst of clones alone; writes no report. */
    burst: { type: 'boolean', default: false },
    /** The first sync alone; writes no report. */
    sync: { type: 'boolean', default: false },
  },
});
const scale = Number(options.scale);
const say = (text: string) =>
  process.stdout.write(
    `${Math.round(performance.now() / 1000)} s: ${text} …\n`,
  );

async function main() {
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
  let portal: Portal | undefined;
  try {
    if (options.burst) {
      await bench.seedNamespaces();
      await measureBurst(bench);
      rmSync(folder, { recursive: true });
      return;
    }
    const empty = await measureEmpty(bench);
    if (options.sync) {
      await bench.seedNamespaces();
      await bench.seedVolumes(sizes.volumes);
      say('syncing');
      portal = await measureSync(bench);
      rmSync(folder, { recursive: true });
      return;
    }
    say(`making ${sizes.views[0]} volumes`);
    await bench.seedNamespaces();
    await bench.seedVolumes(sizes.views[0]);
    portal = await bench.startPortal();
    const views: { volumes: number; times: ViewTimes }[] = [];
    const view = async (current: Portal) => {
      await bench.everythingShown(current);
      const times = await measureViews(bench, current);
      views.push({ volumes: bench.seeded, times });
      return times;
    };
    await view(portal);
    say(`making ${sizes.views[1]} volumes`);
    await bench.seedVolumes(sizes.views[1]);
    await view(portal);
    say(`making ${sizes.volumes} volumes`);
    await bench.seedVolumes(sizes.volumes);
    await portal.stop();

    say('syncing');
    portal = await measureSync(bench);
    const full = await portal.ask('memory');
    reportMemory(bench, empty, full);
    await measureChange(bench, portal);
    await measureBeside(bench, portal, await measureViews(bench, portal));
    await portal.stop();

    say(`cloning ${sizes.burst} times at once`);
    await measureBurst(bench);
    portal = await bench.startPortal();
    say(`making ${sizes.views[2]} volumes`);
    await bench.seedClaims(sizes.views[2]);
    await view(portal);
    reportFlatness(bench, views);
  } finally {
    await portal?.stop();
    bench.cluster.close();
    await api?.stop();
  }
  if (scale === 1) writeReport(bench.report.rows, ABOUT);
  rmSync(folder, { recursive: true });
}

/** Memory of the backend before there is anything in the cluster; its catalog is full already. */
async function measureEmpty(bench: Bench): Promise<BackendAnswers['memory']> {
  say('starting without objects');
  const portal = await bench.startPortal();
  const last = componentName(bench.sizes.entities - 1);
  const path = `/api/catalog/entities/by-name/component/default/${last}`;
  while ((await portal.send('GET', path)).status !== 200) await delay(200);
  await bench.everythingShown(portal);
  const memory = await portal.ask('memory');
  await portal.stop();
  return memory;
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
