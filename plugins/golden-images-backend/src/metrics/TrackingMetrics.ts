import type {
  MetricsService,
  MetricsServiceCounter,
  MetricsServiceObservableGauge,
  MetricsServiceObservableResult,
} from '@backstage/backend-plugin-api/alpha';
import type { FollowedCluster } from '../tracking';

export interface TrackingMetricsSources {
  /** The clusters of the configuration, as this instance has to do with them. */
  clusters: () => FollowedCluster[];
  /** Accepted requests that wait for their turn, by cluster; without it all are written at once. */
  waiting?: () => Promise<Map<string, number>>;
  nowMs: () => number;
}

type Result = MetricsServiceObservableResult;

/**
 * What an operator watches, each with the attribute `cluster`. What concerns
 * the watches is told only by the instance that holds the cluster's lease.
 */
export class TrackingMetrics {
  readonly #relists: MetricsServiceCounter;
  readonly #service: MetricsService;
  readonly #stops: (() => void)[] = [];

  constructor(service: MetricsService) {
    this.#service = service;
    this.#relists = service.createCounter('golden_images.relists', {
      description:
        'Lists read anew because a watch could not go on, by kind of object',
    });
  }

  relisted(cluster: string, resource: string) {
    this.#relists.add(1, { cluster, resource });
  }

  /** From now on the gauges can be read. */
  observe({ clusters, waiting, nowMs }: TrackingMetricsSources) {
    this.#gauge(
      'golden_images.watch.lag',
      {
        description:
          'How long ago the quietest watch of the cluster was heard: about a minute passes between two bookmarks',
        unit: 's',
      },
      result => {
        for (const { cluster, holdsLease, observedAt } of clusters()) {
          if (!holdsLease || observedAt === undefined) continue;
          const lagMs = Math.max(0, nowMs() - Date.parse(observedAt));
          result.observe(lagMs / 1000, { cluster });
        }
      },
    );
    this.#gauge(
      'golden_images.lease.held',
      { description: '1 where this instance follows the cluster, else 0' },
      result => {
        for (const { cluster, holdsLease } of clusters()) {
          result.observe(holdsLease ? 1 : 0, { cluster });
        }
      },
    );
    this.#gauge(
      'golden_images.requests.waiting',
      { description: 'Accepted requests that wait for their turn' },
      async result => {
        const counts = await waiting?.();
        for (const { cluster } of clusters()) {
          result.observe(counts?.get(cluster) ?? 0, { cluster });
        }
      },
    );
  }

  close() {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #gauge(
    name: string,
    options: { description: string; unit?: string },
    callback: (result: Result) => void | Promise<void>,
  ) {
    const gauge: MetricsServiceObservableGauge =
      this.#service.createObservableGauge(name, options);
    gauge.addCallback(callback);
    this.#stops.push(() => gauge.removeCallback(callback));
  }
}
