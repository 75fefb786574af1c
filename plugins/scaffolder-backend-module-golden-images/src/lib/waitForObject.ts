import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { GoldenImagesService } from '@golden-images/plugin-golden-images-node';
import type {
  WaitStage,
  WaitStatus,
} from '@golden-images/plugin-golden-images-common';
import type { DryRuns } from './DryRuns';
import {
  goneForGood,
  pollWait,
  stageReached,
  type EndOf,
  type WaitClock,
  type WaitEnd,
} from './pollWait';

/** What the actions need of the backend they run in. */
export interface ActionDependencies {
  goldenImages: GoldenImagesService;
  auth: AuthService;
  clock: WaitClock;
  dryRuns: DryRuns;
}

interface WaitOptions {
  waitHandle: string;
  /** Entity ref of the author of the task: the handle must be theirs. */
  onBehalfOf?: string;
  /** What is waited for, in words; taken from the answer where absent. */
  what?: string;
  timeoutSeconds: number;
  signal?: AbortSignal;
  logger: LoggerService;
}

/**
 * Waits for an image or a volume with the scaffolder's own credentials: a
 * user's token lives an hour, a copy may take longer (Backstage 1.55). The
 * handle was given to a user who had been authorised.
 *
 * @throws Error with the reason in plain words, what to do, and what was left,
 * when the wait ends in anything but its stage
 */
export async function waitForObject(
  dependencies: ActionDependencies,
  options: WaitOptions & { until: WaitStage; acceptUnknown?: boolean },
): Promise<WaitStatus> {
  const { goldenImages } = dependencies;
  const poll = beginPoll(dependencies, options);
  const { held, asService } = poll;
  const end = await poll.until(
    stageReached(options.until, options.acceptUnknown ?? false),
  );
  if (end.end === 'reached') return end.status;

  // Something of a volume may be bound and useful although its copy cannot be
  // watched, so nothing is given up then.
  const left =
    end.end === 'unknown' || end.end === 'gone'
      ? undefined
      : await release(goldenImages, held, asService);
  throw endError(poll.what(), end, { ...options, left });
}

/**
 * Waits until something that is to be deleted is gone. The order to delete it
 * stands whatever becomes of the wait.
 *
 * @throws Error that says what is still there, when it is not gone in time
 */
export async function waitUntilGone(
  dependencies: ActionDependencies,
  options: WaitOptions,
): Promise<void> {
  const poll = beginPoll(dependencies, options);
  const end = await poll.until(goneForGood);
  if (end.end === 'reached') return;
  const calledOff = end.end === 'failed';
  throw endError(poll.what(), end, {
    ...options,
    until: 'gone',
    left: calledOff
      ? 'It is not to be deleted any more: somebody called that off.'
      : 'It is to be deleted all the same, as soon as that is possible.',
  });
}

function beginPoll(dependencies: ActionDependencies, options: WaitOptions) {
  const { goldenImages, auth, clock } = dependencies;
  const { waitHandle, onBehalfOf, logger } = options;
  const held = { waitHandle, ...(onBehalfOf && { onBehalfOf }) };
  let seen: WaitStatus['object'];
  const what = () => options.what ?? (seen ? nameObject(seen) : 'The wait');
  // Asked for anew at each call: a service token lives an hour, too.
  const asService = async () => ({
    credentials: await auth.getOwnServiceCredentials(),
  });
  const until = (endOf: EndOf) =>
    pollWait({
      getStatus: async () => {
        const credentials = await asService();
        const status = await goldenImages.getWaitStatus(held, credentials);
        seen = status.object ?? seen;
        return status;
      },
      endOf,
      timeoutMs: options.timeoutSeconds * 1000,
      signal: options.signal,
      clock,
      log: line => logger.info(`${what()}: ${line}`),
    });
  return { held, asService, what, until };
}

function endError(
  what: string,
  end: Exclude<WaitEnd, { end: 'reached' }>,
  options: { timeoutSeconds: number; until: string; left?: string },
): Error {
  return new Error(
    [
      `${what}: ${describeEnd(end, options)}`,
      end.status?.message && `The cluster says: ${end.status.message}`,
      end.status?.remedy && `What to do: ${end.status.remedy}`,
      options.left,
    ]
      .filter(Boolean)
      .join('\n'),
  );
}

function nameObject(object: NonNullable<WaitStatus['object']>): string {
  return `${object.kind === 'image' ? 'Image' : 'Volume'} ${object.namespace}/${
    object.name
  }`;
}

async function release(
  goldenImages: GoldenImagesService,
  held: Parameters<GoldenImagesService['releaseWait']>[0],
  asService: () => Promise<Parameters<GoldenImagesService['releaseWait']>[1]>,
): Promise<string> {
  try {
    const { sentence } = await goldenImages.releaseWait(
      held,
      await asService(),
    );
    return sentence;
  } catch (error) {
    return `Whether something was left behind is not known: ${
      error instanceof Error ? error.message : error
    }`;
  }
}

function describeEnd(
  end: Exclude<WaitEnd, { end: 'reached' }>,
  options: { timeoutSeconds: number; until: string },
): string {
  switch (end.end) {
    case 'cancelled':
      return 'the wait was cancelled';
    case 'timed-out':
      return `not ${options.until} within ${
        options.timeoutSeconds
      } s. Last seen: ${
        end.status?.sentence ?? 'nothing, the portal did not answer'
      }`;
    default:
      return end.status.sentence;
  }
}
