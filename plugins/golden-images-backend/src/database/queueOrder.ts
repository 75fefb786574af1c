/**
 * Places in the queue, from 1: round robin between namespaces, the one that
 * has waited longest for a turn first; within a namespace by arrival.
 *
 * @param waiting - in order of arrival
 * @param lastTurns - by namespace; 0 where it never had one
 */
export function queueOrder(
  waiting: { id: number; namespace: string }[],
  lastTurns: Map<string, number>,
): Map<number, number> {
  const seen = new Map<string, number>();
  const places = waiting.map(({ id, namespace }) => {
    const round = (seen.get(namespace) ?? 0) + 1;
    seen.set(namespace, round);
    return { id, round, turn: lastTurns.get(namespace) ?? 0 };
  });
  places.sort((a, b) => a.round - b.round || a.turn - b.turn || a.id - b.id);
  return new Map(places.map(({ id }, index) => [id, index + 1]));
}
