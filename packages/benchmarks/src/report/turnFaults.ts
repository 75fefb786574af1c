/** One clone of a burst, with times on one clock. */
export interface Turn {
  namespace: string;
  /** When it was asked for, for the first time. */
  askedAtMs: number;
  /** When it was said to be accepted. */
  acceptedAtMs: number;
  /** When its object was seen in the cluster. */
  writtenAtMs: number;
  /** It may have had its slot long before: a backend died that had not written it. */
  slotFromBefore?: boolean;
}

/**
 * Turns that were not in order, as far as somebody outside can tell.
 *
 * First come, first served: of two clones in one namespace, the one that was
 * accepted before the other was asked for is written first.
 *
 * Fair: when a namespace has a turn, every other namespace in which a clone had
 * been waiting since before the namespace's turn before, has had one between
 * the two. A slot that was given before a backend died is not judged.
 *
 * @param written - in the order in which they were written
 */
export function turnFaults(written: Turn[]): {
  overtaken: number;
  unfair: number;
} {
  return { overtaken: countOvertaken(written), unfair: countUnfair(written) };
}

function countOvertaken(written: Turn[]): number {
  const askedLast = new Map<string, number>();
  let faults = 0;
  for (const { namespace, askedAtMs, acceptedAtMs } of written) {
    const before = askedLast.get(namespace) ?? -Infinity;
    // Somebody who was written before had not even asked when this one was accepted.
    if (before > acceptedAtMs) faults += 1;
    askedLast.set(namespace, Math.max(before, askedAtMs));
  }
  return faults;
}

function countUnfair(written: Turn[]): number {
  const places = new Map<string, number[]>();
  written.forEach(({ namespace }, index) => {
    places.set(namespace, [...(places.get(namespace) ?? []), index]);
  });
  const lastOf = new Map<string, number>();
  let faults = 0;
  written.forEach(({ namespace }, index) => {
    const before = lastOf.get(namespace);
    lastOf.set(namespace, index);
    if (before === undefined || written[index].slotFromBefore) return;
    const sinceMs = written[before].writtenAtMs;
    for (const [other, its] of places) {
      if (other === namespace) continue;
      const next = its.find(place => place > before);
      const passedOver = next !== undefined && next > index;
      if (passedOver && waitedSince(its, index, written, sinceMs)) faults += 1;
    }
  });
  return faults;
}

/** Whether one of the clones that are written after this place had been accepted by then. */
function waitedSince(
  places: number[],
  index: number,
  written: Turn[],
  sinceMs: number,
): boolean {
  return places.some(
    place => place > index && written[place].acceptedAtMs < sinceMs,
  );
}
