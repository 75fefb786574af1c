import type { Portal } from '../backend/Portal';
import { volumeSeed, type Bench } from '../Bench';
import { pvName } from '../cluster/objects';
import { percentile } from '../report/statistics';

const CHANGES = 200;

/** From when a change is sent to the cluster until the API's answer shows it: the API server's own time is in it. */
export async function measureChange(bench: Bench, portal: Portal) {
  const tookMs: number[] = [];
  for (let i = 0; i < CHANGES; i += 1) {
    const seed = volumeSeed((i * 97) % bench.seeded);
    const usedBytes = 1024 ** 2 * (i + 1);
    const beganAtMs = performance.now();
    await bench.cluster.send(
      'PATCH',
      `/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes/${pvName(
        seed,
      )}/status`,
      { status: { actualSize: usedBytes } },
      'application/merge-patch+json',
    );
    const path = `/api/golden-images/volumes/bench/${seed.namespace}/${seed.name}`;
    for (;;) {
      const { sizes } = await portal.get(path);
      if (sizes.usedBytes === usedBytes) break;
    }
    tookMs.push(performance.now() - beganAtMs);
  }
  bench.report.add({
    name: 'From a change in the cluster to the answer of the API, p99',
    value: percentile(tookMs, 0.99),
    unit: 'ms',
    anchor: `p50 ${percentile(tookMs, 0.5).toFixed(
      1,
    )} ms, ${CHANGES} changes one by one, ${bench.seeded} volumes`,
    goal: '≤ 50',
    met: percentile(tookMs, 0.99) <= 50,
  });
}
