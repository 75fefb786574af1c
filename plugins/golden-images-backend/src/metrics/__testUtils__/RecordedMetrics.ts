import type {
  MetricAttributes,
  MetricsService,
  MetricsServiceObservableCallback,
} from '@backstage/backend-plugin-api/alpha';
import { metricsServiceMock } from '@backstage/backend-test-utils/alpha';

/** Counters as they were added up, gauges as they are read now. */
export class RecordedMetrics {
  readonly #counts = new Map<string, number>();
  readonly #gauges = new Map<string, Set<MetricsServiceObservableCallback>>();
  readonly service: MetricsService = metricsServiceMock.mock({
    createCounter: (name: string) => ({
      add: (value: number, attributes?: MetricAttributes) => {
        const key = keyOf(name, attributes);
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + value);
      },
    }),
    createObservableGauge: (name: string) => {
      const callbacks = new Set<MetricsServiceObservableCallback>();
      this.#gauges.set(name, callbacks);
      return {
        addCallback: (callback: MetricsServiceObservableCallback) => {
          callbacks.add(callback);
        },
        removeCallback: (callback: MetricsServiceObservableCallback) => {
          callbacks.delete(callback);
        },
      };
    },
  } as Partial<MetricsService>);

  /** By name and attributes, such as `lease.held{cluster=dev}`. */
  async read(): Promise<Record<string, number>> {
    const values = new Map(this.#counts);
    for (const [name, callbacks] of this.#gauges) {
      for (const callback of callbacks) {
        await callback({
          observe: (value, attributes) => {
            values.set(keyOf(name, attributes), value);
          },
        });
      }
    }
    return Object.fromEntries(values);
  }
}

function keyOf(name: string, attributes: MetricAttributes = {}): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => `${key}=${value}`,
  );
  return `${name.replace('golden_images.', '')}{${pairs.join(',')}}`;
}
