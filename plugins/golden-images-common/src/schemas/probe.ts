import { z } from 'zod/v3';
import { bytes, quantity } from './fields';
import { importRequestSchema } from './images';
import { importSourceSchema } from './importSources';

/** Formats of which the size of the disk inside can be told. */
export const IMAGE_FORMATS = [
  'iso',
  'qcow2',
  'raw',
  'vdi',
  'vhd',
  'vhdx',
  'vmdk',
] as const;

/** Machine codes of why an image is not imported, or not looked at. */
export const PROBE_CODES = [
  // refused
  'image-damaged',
  'image-truncated',
  'image-unsupported',
  'not-an-image',
  'source-not-allowed',
  // its size is not known
  'archive',
  'compressed',
  'length-unknown',
  'needs-credentials',
  'not-found',
  'not-looked-at',
  'redirected',
  'too-many',
  'unreachable',
  'unreadable',
] as const;

const { cluster, namespace, contentType, storageClass, volumeMode } =
  importRequestSchema.shape;

/** Body of `POST /images/probe`: as much of an import as decides its size. */
export const probeRequestSchema = z
  .object({
    cluster,
    namespace,
    source: importSourceSchema,
    contentType,
    storageClass,
    volumeMode,
  })
  .strict();

/** What a look at an image has shown. */
export const imageProbeSchema = z.object({
  /**
   * `known`: format and size; `unknown`: it may be an image, but its size has
   * to be given; `refused`: an import would fail, or end as nonsense.
   */
  outcome: z.enum(['known', 'unknown', 'refused']),
  format: z.enum(IMAGE_FORMATS).optional(),
  /** Size of the disk inside. */
  virtualSizeBytes: bytes.optional(),
  /** The size of the volume for which `auto` stands, such as `"11Gi"`. */
  autoSize: quantity.optional(),
  /** What the bytes will be checked against. */
  verified: z.enum(['checksum', 'digest', 'none']),
  /** Why it is unknown or refused. */
  code: z.enum(PROBE_CODES).optional(),
  /** What a person should read, each with its end. */
  sentences: z.array(z.string()),
});

/** @public */
export type ImageFormat = (typeof IMAGE_FORMATS)[number];
/** @public */
export type ProbeCode = (typeof PROBE_CODES)[number];
/** @public */
export type ProbeRequest = z.infer<typeof probeRequestSchema>;
/** @public */
export type ImageProbeResult = z.infer<typeof imageProbeSchema>;
