import type { SignalApi } from '@backstage/plugin-signals-react';
import type { JsonObject } from '@backstage/types';

/** Signals that a test sends. */
export class FakeSignals implements SignalApi {
  readonly #listeners: {
    channel: string;
    onMessage: (message: JsonObject) => void;
  }[] = [];

  get subscribers(): number {
    return this.#listeners.length;
  }

  subscribe<TMessage extends JsonObject>(
    channel: string,
    onMessage: (message: TMessage) => void,
  ) {
    const listener = {
      channel,
      onMessage: onMessage as (message: JsonObject) => void,
    };
    this.#listeners.push(listener);
    return {
      unsubscribe: () => {
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
      },
    };
  }

  send(channel: string, message: JsonObject): void {
    this.#listeners
      .filter(listener => listener.channel === channel)
      .forEach(listener => listener.onMessage(message));
  }
}
