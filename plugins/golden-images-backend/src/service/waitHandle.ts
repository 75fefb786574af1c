import { InputError } from '@backstage/errors';
import { z } from 'zod/v3';

const PREFIX = 'v1.';

const contentSchema = z
  .object({
    cluster: z.string(),
    kind: z.enum(['image', 'volume']),
    namespace: z.string(),
    name: z.string(),
    /** Absent for objects that were not made by this product. */
    requestHash: z.string().optional(),
    /** Entity ref of the user who was authorised. */
    initiator: z.string(),
    /** uid of the DataVolume, else of the claim. */
    uid: z.string().optional(),
    /** What is waited for is its end; uid of the claim, which may outlive its DataVolume. */
    endOfClaim: z.string().optional(),
    onTimeout: z.enum(['delete', 'keep']),
    /** It waited for its turn when the handle was made: that ends with the wait. */
    queued: z.boolean().optional(),
  })
  .strict();

/**
 * What a wait is bound to. It grants nothing by itself: it is read by services
 * only, and a release is held against the annotations on the object.
 */
export type WaitHandleContent = z.infer<typeof contentSchema>;

export function encodeWaitHandle(content: WaitHandleContent): string {
  return (
    PREFIX + Buffer.from(JSON.stringify(content), 'utf8').toString('base64url')
  );
}

/** @throws InputError when it is not a handle of this product */
export function decodeWaitHandle(text: string): WaitHandleContent {
  const refused = new InputError(
    'waitHandle: is not a wait handle of this backend; pass it on exactly as it was given',
  );
  if (!text.startsWith(PREFIX)) throw refused;
  let json: unknown;
  try {
    json = JSON.parse(
      Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8'),
    );
  } catch {
    throw refused;
  }
  const parsed = contentSchema.safeParse(json);
  if (!parsed.success) throw refused;
  return parsed.data;
}
