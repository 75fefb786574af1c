import type { ClientRequest, IncomingMessage } from 'node:http';

/** Enough of any answer's shape for tests to read it. */
export interface Body {
  kind?: string;
  reason?: string;
  message?: string;
  code?: number;
  metadata: {
    name?: string;
    uid?: string;
    resourceVersion?: string;
    continue?: string;
    remainingItemCount?: number;
    finalizers?: string[];
    deletionTimestamp?: string;
    [field: string]: unknown;
  };
  items: Body[];
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface WatchedEvent {
  type: string;
  object: Body;
}

export class Watch {
  readonly status: number;
  readonly #request: ClientRequest;
  readonly #lines: AsyncGenerator<string>;

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.#request = request;
    this.#lines = readLines(response);
  }

  /** The next event, or `undefined` when the server has ended the watch. */
  async next(): Promise<WatchedEvent | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  /** Everything until the server ends the watch. */
  async rest(): Promise<WatchedEvent[]> {
    const events: WatchedEvent[] = [];
    for await (const line of this.#lines) events.push(JSON.parse(line));
    return events;
  }

  close() {
    this.#request.destroy();
  }
}

async function* readLines(response: IncomingMessage) {
  let rest = '';
  for await (const chunk of response) {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}
