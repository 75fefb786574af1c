import type { TrackerStatus } from '../database';
import { redactMessage } from '../state';
import type { FeedPlan } from './feeds';
import type { FeedState } from './Reflector';

export type FeedStates = Map<string, { plan: FeedPlan; state: FeedState }>;

const isoTime = (ms: number) => new Date(ms).toISOString();

/**
 * What the states of all feeds mean for the cluster. One feed that fails makes
 * it `unreachable`: what is shown is not wholly the cluster's any more, and
 * `observedAt` stands still at the moment when it was. A feed that others do
 * without shows nothing: it is named in `missing`, as one that is refused.
 *
 * @param isDerived - whether rows have been derived from the lists: until then
 *   what is shown is what an earlier tracker left
 */
export function clusterState(
  feeds: FeedStates,
  previous: TrackerStatus,
  nowMs: number,
  isDerived = true,
): TrackerStatus {
  const { connection, message } = connectionOf(feeds, isDerived);
  const heardAtMs = [...feeds.values()].flatMap(({ state }) =>
    state.phase === 'watching' ? state.heardAtMs ?? [] : [],
  );
  const heardAt =
    connection === 'connected' && heardAtMs.length > 0
      ? isoTime(Math.min(...heardAtMs))
      : undefined;
  return {
    connection,
    since:
      previous.connection === connection && previous.since
        ? previous.since
        : isoTime(nowMs),
    observedAt: latestOf(heardAt, previous.observedAt, isoTime(nowMs)),
    message,
    missing: missingFeeds(feeds),
  };
}

/** What was noted by a clock that was ahead is no moment at which the cluster was seen. */
function latestOf(
  heardAt: string | undefined,
  before: string | undefined,
  now: string,
): string | undefined {
  if (!before || !heardAt) return heardAt ?? before;
  return before > heardAt && before <= now ? before : heardAt;
}

function connectionOf(
  feeds: FeedStates,
  isDerived: boolean,
): Pick<TrackerStatus, 'connection' | 'message'> {
  const states = [...feeds.values()];
  const failing = states.find(({ state }) => state.phase === 'failing');
  if (failing) {
    return {
      connection: 'unreachable',
      message: wordsOf(failing.plan, failing.state),
    };
  }
  if (states.some(({ state }) => state.phase === 'listing')) {
    return { connection: 'connecting' };
  }
  const essential = states.filter(({ plan }) => plan.essential);
  if (essential.every(({ state }) => state.phase === 'refused')) {
    return {
      connection: 'unreachable',
      message: essential.map(({ plan, state }) => wordsOf(plan, state)).at(0),
    };
  }
  return { connection: isDerived ? 'connected' : 'connecting' };
}

function missingFeeds(feeds: FeedStates): TrackerStatus['missing'] {
  return [...feeds.values()]
    .filter(
      ({ state: { phase } }) => phase === 'refused' || phase === 'missing',
    )
    .map(({ plan, state }) => ({
      feature: plan.feature,
      reason: wordsOf(plan, state),
    }));
}

function wordsOf({ feed }: FeedPlan, { error }: FeedState): string {
  const where = feed.scope.namespace ? ` in ${feed.scope.namespace}` : '';
  const what = `${feed.type.resource}${where}`;
  return redactMessage(`${what}: ${error?.message ?? 'cannot be read'}`);
}
