import type { Moment, MomentName, RunEnd, Verdict } from './moments';

interface Hold {
  name: MomentName;
  claim: string;
  /** Any process where absent. */
  by?: string;
  holder?: string;
  reached: (error?: Error) => void;
  let: (verdict: Verdict) => void;
  verdict: Promise<Verdict>;
}

/**
 * All moments of all processes pass here. The ones that the test named stand
 * still until it says how they go on, so that a kill hits them exactly.
 */
export class Gate {
  #holds: Hold[] = [];
  readonly #ends: RunEnd[] = [];
  readonly #endListeners = new Set<(end: RunEnd) => void>();
  readonly #claims = new Map<string, string>();
  readonly #claimListeners = new Set<() => void>();

  /** The next such moment stands still. Resolves when it has come; rejects when its task failed instead. */
  hold(name: MomentName, claim: string, by?: string): Promise<void> {
    let letGo: Hold['let'] = () => {};
    const verdict = new Promise<Verdict>(resolve => {
      letGo = resolve;
    });
    return new Promise((resolve, reject) => {
      const reached = (error?: Error) => (error ? reject(error) : resolve());
      this.#holds.push({ name, claim, by, reached, let: letGo, verdict });
    });
  }

  async arrive(moment: Moment): Promise<Verdict> {
    const hold = this.#holds.find(
      each =>
        each.holder === undefined &&
        each.name === moment.name &&
        each.claim === moment.claim &&
        (each.by ?? moment.by) === moment.by,
    );
    if (!hold) return 'go';
    hold.holder = moment.by;
    hold.reached();
    return hold.verdict;
  }

  /** What stands still goes on; of one claim where it is named. */
  release(claim?: string): void {
    this.#end('go', each => claim === undefined || each.claim === claim);
  }

  /** What stands still in a process, or on its way to it, is lost with it. */
  drop(by?: string): void {
    this.#end('drop', each => each.holder === (by ?? each.holder));
  }

  #end(verdict: Verdict, fits: (hold: Hold) => boolean) {
    const ended = this.#holds.filter(fits);
    this.#holds = this.#holds.filter(each => !ended.includes(each));
    ended.forEach(each => each.let(verdict));
  }

  /** From now on it is known which claim a task makes. */
  nameTask(taskId: string, claim: string): void {
    this.#claims.set(taskId, claim);
    this.#claimListeners.forEach(listener => listener());
  }

  /** The claim of a task, as soon as it is known: a task may run before whoever began it knows its id. */
  claimOf(taskId: string): Promise<string> {
    return new Promise(resolve => {
      const look = () => {
        const claim = this.#claims.get(taskId);
        if (claim === undefined) return;
        this.#claimListeners.delete(look);
        resolve(claim);
      };
      this.#claimListeners.add(look);
      look();
    });
  }

  /** What has not come yet, for the reader of a failure. */
  pending(): string {
    const ended = this.#ends.map(({ claim }) => claim);
    const running = Array.from(this.#claims.values()).filter(
      claim => !ended.includes(claim),
    );
    const holds = this.#holds.map(
      ({ claim, name, holder }) =>
        `${claim} ${holder ? 'at' : 'not at'} ${name}`,
    );
    return `Not ended: ${running.join(', ')}. Held: ${holds.join(', ')}.`;
  }

  ended(end: RunEnd): void {
    this.#ends.push(end);
    if (end.result === 'failed') {
      const error = new Error(`The task of ${end.claim} failed: ${end.reason}`);
      this.#holds
        .filter(each => each.claim === end.claim && each.holder === undefined)
        .forEach(each => each.reached(error));
    }
    this.#endListeners.forEach(listener => listener(end));
  }

  /** The end of a task's run, in a certain process where it is named. */
  whenEnded(claim: string, by?: string): Promise<RunEnd> {
    const fits = (end: RunEnd) =>
      end.claim === claim && (by ?? end.by) === end.by;
    const earlier = this.#ends.find(fits);
    if (earlier) return Promise.resolve(earlier);
    return new Promise(resolve => {
      const listener = (end: RunEnd) => {
        if (!fits(end)) return;
        this.#endListeners.delete(listener);
        resolve(end);
      };
      this.#endListeners.add(listener);
    });
  }
}
