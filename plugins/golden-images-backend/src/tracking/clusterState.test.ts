import { KubernetesApiError } from '../kubernetes';
import type { ClusterConfig } from '../config/types';
import { clusterState, type FeedStates } from './clusterState';
import { feedsOf } from './feeds';
import type { FeedState } from './Reflector';

const cluster: ClusterConfig = {
  name: 'c1',
  connection: { type: 'in-cluster' },
  scope: 'cluster',
  imageNamespaces: ['images'],
  namespaces: [],
};
const plans = feedsOf(cluster);
const connecting = { connection: 'connecting' as const, missing: [] };
const at = (minute: number) => Date.UTC(2026, 10, 23, 0, minute);
const iso = (minute: number) => new Date(at(minute)).toISOString();

function states(
  all: FeedState,
  over: Record<string, FeedState> = {},
): FeedStates {
  return new Map(
    plans.map(plan => [
      plan.feed.id,
      { plan, state: over[plan.feed.type.resource] ?? all },
    ]),
  );
}

const watching = (minute: number): FeedState => ({
  phase: 'watching',
  heardAtMs: at(minute),
});
const refused: FeedState = {
  phase: 'refused',
  error: new KubernetesApiError({ status: 403, message: 'forbidden' }),
};

describe('clusterState', () => {
  it('is connecting until every list is complete', () => {
    const feeds = states(watching(1), { events: { phase: 'listing' } });
    expect(clusterState(feeds, connecting, at(2))).toEqual({
      connection: 'connecting',
      since: iso(2),
      observedAt: undefined,
      message: undefined,
      missing: [],
    });
  });

  it('is as fresh as the feed that was heard least recently', () => {
    const feeds = states(watching(5), { datavolumes: watching(3) });
    const state = clusterState(feeds, connecting, at(6));
    expect(state).toMatchObject({
      connection: 'connected',
      observedAt: iso(3),
    });
    const later = clusterState(states(watching(7)), state, at(8));
    expect(later).toMatchObject({ since: iso(6), observedAt: iso(7) });
  });

  it('stands still at the last known moment when one feed fails', () => {
    const connected = clusterState(states(watching(5)), connecting, at(5));
    const failing = states(watching(9), {
      persistentvolumes: {
        phase: 'failing',
        heardAtMs: at(5),
        error: new KubernetesApiError({ status: 0, message: 'ECONNREFUSED' }),
      },
    });
    expect(clusterState(failing, connected, at(9))).toEqual({
      connection: 'unreachable',
      since: iso(9),
      observedAt: iso(5),
      message: 'persistentvolumes: ECONNREFUSED',
      missing: [],
    });
  });

  it('is never fresher than now, after a clock that was ahead', () => {
    const ahead = clusterState(states(watching(50)), connecting, at(50));
    const right = clusterState(states(watching(10)), ahead, at(10));
    expect(right.observedAt).toBe(iso(10));
    const failing = states(watching(12), {
      persistentvolumes: { phase: 'failing', heardAtMs: at(10) },
    });
    expect(clusterState(failing, right, at(12)).observedAt).toBe(iso(10));
  });

  it('says what is missing', () => {
    const feeds = states(watching(1), { storageclasses: refused });
    expect(clusterState(feeds, connecting, at(2))).toMatchObject({
      connection: 'connected',
      missing: [
        { feature: 'storage-classes', reason: 'storageclasses: forbidden' },
      ],
    });
  });

  it('is unreachable when nothing that matters may be read', () => {
    expect(clusterState(states(refused), connecting, at(2))).toMatchObject({
      connection: 'unreachable',
      message: 'datavolumes: forbidden',
    });
  });
});

describe('feedsOf', () => {
  it('follows each namespace by itself where the scope is a list', () => {
    const scoped = feedsOf({ ...cluster, scope: ['images', 'team-a'] });
    const ids = scoped.map(({ feed }) => feed.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      scoped
        .filter(({ feed }) => feed.type.resource === 'namespaces')
        .map(({ feed }) => feed.scope),
    ).toEqual([
      { fieldSelector: 'metadata.name=images' },
      { fieldSelector: 'metadata.name=team-a' },
    ]);
    expect(
      scoped
        .filter(({ feed }) => feed.type.resource === 'persistentvolumeclaims')
        .map(({ feed }) => feed.scope.namespace),
    ).toEqual(['images', 'team-a']);
  });
});
