import { dirname, join } from 'node:path';
import type { MomentName } from '../moments';

/** What a child tells its test, which answers when it may go on. */
export interface TaskMoment {
  taskId: string;
  moment: MomentName;
}

/** What a child tells its test about the end of a run. */
export interface TaskEnd {
  taskId: string;
  result: 'completed' | 'failed';
  reason?: string;
  refused?: string;
}

interface TaskManager {
  taskId: string;
  updateCheckpoint(options: { key: string; status: string }): Promise<void>;
  updateStepState(options: { stepId: string }): Promise<void>;
  complete(
    result: 'completed' | 'failed',
    metadata?: { error?: { message?: string } },
  ): Promise<void>;
}

/** The step of the test's templates that is hit. */
const STEP = 'disk';

/**
 * Lets the scaffolder stand still where it keeps the state of a task. What it
 * does is not changed (`@backstage/plugin-scaffolder-backend` 4.2).
 */
export function openTaskSeams(told: {
  moment: (moment: TaskMoment) => Promise<void>;
  ended: (end: TaskEnd) => void;
}) {
  const manager = loadTaskManager();
  const { updateCheckpoint, updateStepState, complete } = manager;

  async function around(
    task: TaskManager,
    [before, after]: [MomentName, MomentName],
    save: () => Promise<void>,
  ) {
    const { taskId } = task;
    await told.moment({ taskId, moment: before });
    await save();
    await told.moment({ taskId, moment: after });
  }

  manager.updateCheckpoint = function keep(options) {
    const save = () => updateCheckpoint.call(this, options);
    return options.status === 'success' && isOfTheWork(options.key)
      ? around(this, ['checkpoint', 'checkpointed'], save)
      : save();
  };

  manager.updateStepState = function keep(options) {
    const save = () => updateStepState.call(this, options);
    return options.stepId === STEP
      ? around(this, ['outputs', 'stepped'], save)
      : save();
  };

  manager.complete = async function end(result, metadata) {
    const { taskId } = this;
    if (result === 'completed') {
      await told.moment({ taskId, moment: 'completion' });
    }
    const reason = metadata?.error?.message;
    try {
      await complete.call(this, result, metadata);
      told.ended({ taskId, result, reason });
    } catch (error) {
      told.ended({ taskId, result, reason, refused: String(error) });
      throw error;
    }
  };
}

/** A deletion keeps first which object is meant, before anything is done to it. */
function isOfTheWork(key: string): boolean {
  return key.includes(`.${STEP}.`) && !key.endsWith('.meant');
}

/** It is not exported by the package. */
function loadTaskManager(): TaskManager {
  const packageFolder = dirname(
    require.resolve('@backstage/plugin-scaffolder-backend/package.json'),
  );
  return require(join(
    packageFolder,
    'dist/scaffolder/tasks/StorageTaskBroker.cjs.js',
  )).TaskManager.prototype;
}
