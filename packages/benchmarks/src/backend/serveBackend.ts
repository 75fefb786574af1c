import { createBackend } from '@backstage/backend-defaults';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { authModule, catalogModule, policyModule } from './benchModules';
import { Requests } from './Requests';

/** What the measuring process may ask; see `BackendAnswers`. */
const questions = (requests: Requests) => {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  return {
    firstRequest: () => ({ atMs: requests.firstClusterRequestMs }),
    clusterRequests: () => ({ count: requests.clusterRequests }),
    watchLoop: () => {
      loop.reset();
      loop.enable();
      return {};
    },
    loopDelay: () => {
      loop.disable();
      return { p99Ms: loop.percentile(99) / 1e6, maxMs: loop.max / 1e6 };
    },
    ownPart: () => ({
      ms: requests.takeOwnMs('/api/golden-images/volumes'),
    }),
    memory: async () => {
      // Finalizers run between collections. The last resort also gives back the
      // pages that V8 keeps in reserve, as many as the most that it ever needed.
      for (let i = 0; i < 3; i += 1) {
        await globalThis.gc?.({
          type: 'major',
          execution: 'sync',
          flavor: 'last-resort',
        });
        await delay(200);
      }
      const { heapUsed, rss } = process.memoryUsage();
      return { heapBytes: heapUsed, rssBytes: rss };
    },
  };
};

async function main() {
  const requests = new Requests({
    clusterPort: Number(process.env.BENCH_CLUSTER_PORT),
  });
  const answers = questions(requests);
  process.on('message', async ({ question }: { question: string }) => {
    const answer = await answers[question as keyof typeof answers]();
    process.send?.({ to: question, ...answer });
  });
  process.on('disconnect', () => process.exit(0));

  const backend = createBackend();
  backend.add(import('@backstage/plugin-auth-backend'));
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(import('@backstage/plugin-events-backend'));
  backend.add(import('@backstage/plugin-kubernetes-backend'));
  backend.add(import('@backstage/plugin-permission-backend'));
  backend.add(import('@backstage/plugin-signals-backend'));
  backend.add(import('@golden-images/plugin-golden-images-backend'));
  backend.add(authModule);
  backend.add(catalogModule);
  backend.add(policyModule);
  // From here on, as far as it goes before anything is listened to.
  answers.watchLoop();
  await backend.start();
  process.send?.({ ready: true });
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
