import type { z as zod } from 'zod/v3';

type Z = typeof zod;

export const DEFAULT_TIMEOUT_SECONDS = 3600;

/** Inputs that several actions share. Zod's `.default()` is not applied by the scaffolder. */
export const commonInput = {
  cluster: (z: Z) =>
    z
      .string()
      .describe(
        'Name of the cluster; may be left out where only one is configured',
      )
      .optional(),
  timeoutSeconds: (z: Z) =>
    z
      .number()
      .int()
      .min(10)
      .max(7 * 24 * 3600)
      .describe('How long to wait, 3600 unless said otherwise')
      .optional(),
  onTimeout: (z: Z) =>
    z
      .enum(['delete', 'keep'])
      .describe(
        'What happens to what was never ready when the wait fails, times out or is cancelled',
      )
      .optional(),
  replaceFailed: (z: Z) =>
    z
      .boolean()
      .describe(
        'Replace an object of this name that was never ready and is failing or failed',
      )
      .optional(),
  acceptUnknown: (z: Z) =>
    z
      .boolean()
      .describe(
        'End well at "bound" where the state of the copy cannot be seen in this cluster',
      )
      .optional(),
  waitFor: (z: Z) =>
    z
      .enum(['accepted', 'bound', 'copied', 'usable'])
      .describe(
        'How far to wait: "accepted" (the object exists), "bound", "copied", or "usable", which is meant unless said otherwise',
      )
      .optional(),
};
