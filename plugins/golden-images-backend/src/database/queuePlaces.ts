import type { Knex } from 'knex';

/**
 * Places in the queue of a cluster, from 1: round robin between namespaces, the
 * one that has waited longest for a turn first; within a namespace by arrival.
 *
 * @param ids - of requests that wait
 */
export async function placesOf(
  knex: Knex,
  cluster: string,
  ids: number[],
): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map();
  const rounds = knex('clone_requests as requests')
    .leftJoin('clone_turns as turns', join =>
      join
        .on('turns.cluster', 'requests.cluster')
        .andOn('turns.namespace', 'requests.namespace'),
    )
    .where({ 'requests.cluster': cluster, 'requests.state': 'waiting' })
    .select(
      'requests.id',
      knex.raw('coalesce(turns.last_turn, 0) as turn'),
      knex.raw(
        'row_number() over (partition by requests.namespace order by requests.id) as round',
      ),
    );
  const places = knex(rounds.as('rounds')).select(
    'id',
    knex.raw('row_number() over (order by round, turn, id) as place'),
  );
  const rows: { id: number | string; place: number | string }[] = await knex(
    places.as('places'),
  )
    .whereIn('id', ids)
    .select('id', 'place');
  return new Map(rows.map(({ id, place }) => [Number(id), Number(place)]));
}
