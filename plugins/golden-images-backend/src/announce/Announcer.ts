import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  GOLDEN_IMAGES_SIGNAL_CHANNEL,
  type GoldenImagesSignal,
} from '@golden-images/plugin-golden-images-common';

const MIN_INTERVAL_MS = 500;

/**
 * Tells pages and other plugins that something has changed, and nothing more:
 * signals accept sockets without a token (Backstage 1.55). At most two hints a
 * second; what happens in between is told by the next one.
 */
export class Announcer {
  readonly #signals: SignalsService;
  readonly #events: EventsService;
  readonly #logger: LoggerService;
  #timer?: NodeJS.Timeout;
  #pending = false;
  #revision = Date.now();

  constructor(options: {
    signals: SignalsService;
    events: EventsService;
    logger: LoggerService;
  }) {
    this.#signals = options.signals;
    this.#events = options.events;
    this.#logger = options.logger;
  }

  changed(): void {
    if (this.#timer) {
      this.#pending = true;
      return;
    }
    this.#publish();
    this.#timer = setTimeout(() => this.#intervalOver(), MIN_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = false;
  }

  #intervalOver(): void {
    this.#timer = undefined;
    if (!this.#pending) return;
    this.#pending = false;
    this.changed();
  }

  #publish(): void {
    this.#revision += 1;
    const message = { revision: this.#revision } satisfies GoldenImagesSignal;
    Promise.all([
      this.#signals.publish({
        recipients: { type: 'broadcast' },
        channel: GOLDEN_IMAGES_SIGNAL_CHANNEL,
        message,
      }),
      this.#events.publish({
        topic: GOLDEN_IMAGES_SIGNAL_CHANNEL,
        eventPayload: message,
      }),
    ]).catch(error => {
      // Pages poll as well, so a lost hint costs seconds.
      this.#logger.warn('A change could not be announced', error);
    });
  }
}
