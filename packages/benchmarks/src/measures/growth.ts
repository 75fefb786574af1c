import type { Portal } from '../backend/Portal';
import { VOLUMES_PER_ENTITY, type Bench } from '../Bench';
import { percentile } from '../report/statistics';
import { measureViews } from './views';

/** The same views while the cluster grows, in one process. */
export async function measureGrowth(
  bench: Bench,
  portal: Portal,
  onSize: (volumes: number) => void,
) {
  const [few, more, many] = bench.sizes.views;
  const p50: number[] = [];
  const view = async () => {
    await bench.everythingShown(portal);
    p50.push(percentile((await measureViews(bench, portal)).ms, 0.5));
  };
  onSize(few);
  await bench.removeVolumes(few);
  await bench.seedVolumes(few);
  await view();
  onSize(more);
  await bench.seedVolumes(more);
  await view();
  onSize(many);
  await bench.seedClaims(many);
  await view();

  const ratio = Math.max(...p50) / Math.min(...p50);
  bench.report.add({
    name: `View of an entity's ${VOLUMES_PER_ENTITY} volumes at ${[
      few,
      more,
      many,
    ]
      .map(volumes => volumes.toLocaleString('en-US'))
      .join(' / ')} volumes in the cluster, p50, slowest beside fastest`,
    value: ratio,
    unit: '×',
    anchor: p50.map(ms => `${ms.toFixed(1)} ms`).join(' / '),
    goal: '≤ 1.3',
    met: ratio <= 1.3,
  });
}
