import { z } from 'zod/v3';
import { refusalOfSize } from '../volumeSize';
import { REASONS, type ReasonCode } from '../reasons';

/** Fields that several shapes share. */

export const isoTime = z.string().describe('ISO 8601 time in UTC');
export const bytes = z.number().int().nonnegative();
export const dnsLabel = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'must consist of lower case letters, digits and "-", and start and end with a letter or digit',
  );
/** Name of a DataVolume or claim. CDI derives other names from it, so dots are refused. */
export const objectName = dnsLabel;
/** Name of an object that others made: dots are allowed. */
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'must consist of lower case letters, digits, "-" and ".", and start and end with a letter or digit',
  );
/** A size of a volume as Kubernetes writes it. */
export const quantity = z.string().superRefine((text, context) => {
  const message = refusalOfSize(text);
  if (message !== undefined) {
    context.addIssue({ code: 'custom', message });
  }
});
/** The same, or `auto`: what the disk inside needs. */
export const sizeOrAuto = z.string().superRefine((text, context) => {
  const message = text === 'auto' ? undefined : refusalOfSize(text);
  if (message !== undefined) {
    context.addIssue({
      code: 'custom',
      message: message.replace(/^must be a Kub/, 'must be "auto" or a Kub'),
    });
  }
});
export const entityRef = z
  .string()
  .regex(
    /^[A-Za-z0-9]+:[^/\s:]+\/[^/\s]+$/,
    'must be a full entity reference such as "component:default/orders"',
  );

export const reasonCode = z.enum(
  Object.keys(REASONS) as [ReasonCode, ...ReasonCode[]],
);

/** The state of one object: what it is, since when, why, and what to do. */
export const stateDetails = {
  reason: reasonCode.optional(),
  /** Since when state and reason have been as they are. */
  since: isoTime.optional(),
  /** CDI's, Longhorn's or Kubernetes' own words: redacted, at most 1,024 characters. Untrusted text. */
  message: z.string().optional(),
  /** What a person can do about it. */
  remedy: z.string().optional(),
  /** Whether the cluster tries again by itself. */
  retries: z.boolean().optional(),
  /** Failed attempts so far. */
  attempts: z.number().int().nonnegative().optional(),
  /** 0 to 99 while unfinished; absent when nobody knows. */
  progressPercent: z.number().min(0).max(100).optional(),
};
