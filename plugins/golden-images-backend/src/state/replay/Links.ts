const NOTHING: ReadonlySet<string> = new Set();

/** Which names lead to which others: both ways are asked for, one way is kept. */
export class Links {
  readonly #links = new Map<string, Set<string>>();

  of(from: string | undefined): ReadonlySet<string> {
    return this.#links.get(from ?? '') ?? NOTHING;
  }

  /** A name leads no longer to `to` from where it did, but from elsewhere or nowhere. */
  move(to: string, before: string | undefined, after: string | undefined) {
    if (before === after) return;
    if (before !== undefined) this.#links.get(before)?.delete(to);
    if (after === undefined) return;
    const known = this.#links.get(after);
    if (known) known.add(to);
    else this.#links.set(after, new Set([to]));
  }
}
