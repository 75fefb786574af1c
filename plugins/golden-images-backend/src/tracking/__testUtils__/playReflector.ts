import { KubernetesApiError, RESOURCES } from '../../kubernetes';
import type {
  ClusterWatcher,
  KubernetesObject,
  ListPage,
  ResourceType,
  WatchEvent,
} from '../../kubernetes';
import { Reflector, type FeedSink, type FeedState } from '../Reflector';
import type { Timing } from '../Timing';

type ListStep = ListPage | KubernetesApiError;
type WatchStep = (WatchEvent | KubernetesApiError)[];

export const error = (status: number, retryAfterSeconds?: number) =>
  new KubernetesApiError({ status, message: `s${status}`, retryAfterSeconds });

export function claim(name: string, resourceVersion = '1'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'ns', uid: name, resourceVersion },
  };
}

export const page = (
  names: string[],
  rest: Partial<ListPage> = {},
): ListPage => ({
  items: names.map(name => claim(name)),
  resourceVersion: '10',
  ...rest,
});

/**
 * Runs a reflector against scripted answers until they are used up, and tells
 * everything that happened in order.
 */
export async function play(script: {
  lists: ListStep[];
  watches: WatchStep[];
  type?: ResourceType;
}) {
  const log: string[] = [];
  const states: FeedState[] = [];
  const delaysMs: number[] = [];
  const abort = new AbortController();
  let nowMs = 0;

  const end = () => {
    abort.abort();
    return new KubernetesApiError({ status: 0, message: 'the test is over' });
  };
  const watcher: ClusterWatcher = {
    clusterName: 'c1',
    mayI: async () => true,
    async listPage(_type, _scope, options) {
      if (options.notOlderThan) {
        log.push(`verify ${options.notOlderThan}`);
      } else {
        log.push(`list ${options.limit} ${options.continueToken ?? ''}`.trim());
      }
      const step = script.lists.shift() ?? end();
      if (step instanceof Error) throw step;
      return step;
    },
    async *watch(_type, _scope, options) {
      log.push(`watch ${options.resourceVersion}`);
      const step = script.watches.shift();
      if (!step) throw end();
      options.onOpen?.();
      for (const event of step) {
        if (event instanceof Error) throw event;
        yield event;
      }
      nowMs += 60_000;
    },
  };
  const sink: FeedSink = {
    listStarted: async () => {
      log.push('list started');
    },
    listed: async (_feed, objects) => {
      log.push(`listed ${objects.map(item => item.metadata.name)}`);
    },
    listEnded: async () => {
      log.push('list ended');
    },
    changed: async (_feed, type, object) => {
      log.push(`${type} ${object.metadata.name}`);
    },
  };
  const timing: Timing = {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs,
    random: () => 0,
    delay: async (ms, signal) => {
      signal?.throwIfAborted();
      delaysMs.push(ms);
      nowMs += ms;
    },
  };
  const reflector = new Reflector({
    watcher,
    feed: { id: 'claims', type: script.type ?? RESOURCES.claims, scope: {} },
    sink,
    timing,
    onState: state => states.push(state),
  });
  await reflector.run(abort.signal);
  const phases = states.map(state => state.phase);
  return {
    log,
    delaysMs,
    states,
    phases: phases.filter((phase, at) => phase !== phases[at - 1]),
  };
}
