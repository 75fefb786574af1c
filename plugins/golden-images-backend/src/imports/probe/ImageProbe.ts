import type { ImportAllowList } from '../ImportAllowList';
import { Unreadable } from './ByteSource';
import { HttpByteSource } from './HttpByteSource';
import { identify } from './identify';
import {
  asOutcome,
  ImageRefused,
  ImageUnknown,
  type ProbeOutcome,
} from './outcome';
import { openImage, type Opened } from './openImage';
import { ProbeTurns } from './ProbeTurns';
import { brokenOff, noAnswer } from './serverAnswers';

/** What is to be looked at. */
export interface ProbeTarget {
  /** As the cluster would download it: http or https. */
  url: string;
  /** Field of the request that holds it. */
  field: string;
  content: 'kubevirt' | 'archive';
}

export interface ImageProber {
  /**
   * Tells format and size of an image from its first bytes.
   *
   * @param asker - for whom; each has a few at once
   * @throws the signal's reason when aborted
   */
  probe(
    target: ProbeTarget,
    asker: { caller: string; signal?: AbortSignal },
  ): Promise<ProbeOutcome>;
}

const DEFAULTS = { timeoutMs: 20_000, width: 3, mostWaiting: 20 };

/** Looks at images over HTTP, within what the allow list opens. */
export class ImageProbe implements ImageProber {
  readonly #allowList: ImportAllowList;
  readonly #timeoutMs: number;
  readonly #turns: ProbeTurns;

  constructor(options: {
    allowList: ImportAllowList;
    /** For all of one look. */
    timeoutMs?: number;
    /** Looks at once for each caller. */
    width?: number;
    mostWaiting?: number;
  }) {
    const all = { ...DEFAULTS, ...options };
    this.#allowList = options.allowList;
    this.#timeoutMs = all.timeoutMs;
    this.#turns = new ProbeTurns(all);
  }

  async probe(
    target: ProbeTarget,
    { caller, signal }: { caller: string; signal?: AbortSignal },
  ): Promise<ProbeOutcome> {
    try {
      return await this.#turns.run(caller, signal, () =>
        this.#look(target, signal),
      );
    } catch (error) {
      signal?.throwIfAborted();
      return asOutcome(error);
    }
  }

  async #look(
    target: ProbeTarget,
    signal: AbortSignal | undefined,
  ): Promise<ProbeOutcome> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.#timeoutMs);
    const both = AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]);
    let opened: Opened | undefined;
    try {
      opened = await openImage(target, {
        allowList: this.#allowList,
        signal: both,
      });
      const source = new HttpByteSource(opened);
      const { contentType } = opened;
      const { content } = target;
      const facts = await identify(source, { contentType, content });
      return { outcome: 'known', facts };
    } catch (error) {
      if (timeout.signal.aborted) {
        throw noAnswer(target.url, this.#timeoutMs / 1000);
      }
      throw inWords(error, target.url, opened?.redirectedTo);
    } finally {
      clearTimeout(timer);
      opened?.response.destroy();
    }
  }
}

/** What went wrong, and where redirects led. */
function inWords(
  error: unknown,
  url: string,
  redirectedTo: string | undefined,
): unknown {
  if (error instanceof Unreadable) {
    return new ImageUnknown({
      code: 'unreadable',
      message: `what tells the size could not be read: ${error.message}`,
      remedy: 'Give the size of the disk',
    });
  }
  if (error instanceof ImageRefused) {
    const { objection } = error;
    if (redirectedTo === undefined) return error;
    const message = `${objection.message} (after a redirect to ${redirectedTo})`;
    return new ImageRefused({ ...objection, message });
  }
  // A connection that breaks has a code; anything else is a fault of ours.
  const broken =
    typeof (error as { code?: unknown } | undefined)?.code === 'string';
  return error instanceof ImageUnknown || !broken ? error : brokenOff(url);
}
