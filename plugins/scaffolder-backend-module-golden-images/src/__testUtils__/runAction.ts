import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { JsonObject, JsonValue } from '@backstage/types';
import { DryRuns } from '../lib/DryRuns';
import type { WaitClock } from '../lib/pollWait';
import { FakeGoldenImagesService } from './FakeGoldenImagesService';

/** A clock that goes on by what is waited for. */
export function fakeClock() {
  let nowMs = 0;
  const clock: WaitClock & { advance(ms: number): void } = {
    nowMs: () => nowMs,
    async delay(durationMs, signal) {
      if (!signal?.aborted) nowMs += durationMs;
    },
    advance: ms => {
      nowMs += ms;
    },
  };
  return clock;
}

export function harness() {
  const goldenImages = new FakeGoldenImagesService();
  const clock = fakeClock();
  const dependencies = {
    goldenImages,
    auth: mockServices.auth(),
    clock,
    dryRuns: new DryRuns(),
  };
  const checkpoints = new Map<string, unknown>();

  /** Runs an action as a task would; checkpoints survive from run to run. */
  async function run(
    action: TemplateAction<any, any, 'v2'>,
    input: JsonObject,
    options: {
      isDryRun?: boolean;
      signal?: AbortSignal;
      getInitiatorCredentials?: () => Promise<
        ReturnType<typeof mockCredentials.user>
      >;
      keepCheckpoints?: boolean;
      workspacePath?: string;
    } = {},
  ) {
    const lines: string[] = [];
    const outputs: Record<string, unknown> = {};
    const note = (line: string) => lines.push(line);
    const logger = {
      info: note,
      warn: note,
      error: note,
      debug: () => {},
      child: () => logger,
    } as unknown as LoggerService;
    if (!options.keepCheckpoints) checkpoints.clear();
    const context = createMockActionContext({
      input,
      logger,
      task: { id: 'task-1' },
      user: { ref: 'user:default/dana' },
    });
    const finished = action.handler({
      ...context,
      logger,
      isDryRun: options.isDryRun,
      workspacePath: options.workspacePath ?? context.workspacePath,
      signal: options.signal,
      getInitiatorCredentials:
        options.getInitiatorCredentials ??
        (async () => mockCredentials.user('user:default/dana')),
      output: (name: string, value: unknown) => {
        outputs[name] = value;
      },
      checkpoint: async <T extends JsonValue | void>({
        key,
        fn,
      }: {
        key: string;
        fn: () => Promise<T> | T;
      }) => {
        if (!checkpoints.has(key)) {
          checkpoints.set(key, JSON.parse(JSON.stringify(await fn())));
        }
        return checkpoints.get(key) as T;
      },
    } as Parameters<typeof action.handler>[0]);
    const error = await Promise.resolve(finished).then(
      () => undefined,
      (cause: Error) => cause,
    );
    return { lines, outputs, error };
  }

  return { goldenImages, clock, dependencies, run };
}
