import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { JsonObject } from '@backstage/types';
import {
  imageSchema,
  Quantity,
  volumeSchema,
} from '@golden-images/plugin-golden-images-common';
import type { z as zod } from 'zod/v3';
import { stringify } from 'yaml';

type Z = typeof zod;

/** Outputs that all actions about one image or volume have. */
export const objectOutput = {
  cluster: (z: Z) => z.string().describe('Name of the cluster'),
  namespace: (z: Z) => z.string().describe('Namespace of the claim'),
  claimName: (z: Z) => z.string().describe('Name of the claim'),
  uid: (z: Z) =>
    z.string().describe('uid of the claim, once there is one').optional(),
  size: (z: Z) =>
    z
      .string()
      .describe('Size of the volume, for example "10Gi", once it is known')
      .optional(),
  sizeBytes: (z: Z) =>
    z
      .number()
      .describe('Size of the volume in bytes, once it is known')
      .optional(),
  image: (z: Z) => z.string().describe('Name of the golden image').optional(),
  version: (z: Z) =>
    z.string().describe('Version of the golden image').optional(),
  entityRef: (z: Z) =>
    z.string().describe('The entity whose volume this is').optional(),
  state: (z: Z) => z.string().describe('State at the end of the step'),
  waitHandle: (z: Z) =>
    z
      .string()
      .describe('Pass it to golden-images:wait; absent in a dry run')
      .optional(),
  volumesSnippet: (z: Z) =>
    z.string().describe('YAML of a Pod that uses the claim'),
};

/** Sets the outputs that follow from an image or a volume as it was answered. */
export function outputObject(
  output: (name: keyof typeof objectOutput, value: string | number) => void,
  object: Image | Volume,
  waitHandle?: string,
) {
  const sizeBytes = object.sizes.capacityBytes ?? object.sizes.requestedBytes;
  const values: Partial<
    Record<keyof typeof objectOutput, string | number | undefined>
  > = {
    cluster: object.cluster,
    namespace: object.namespace,
    claimName: object.name,
    uid: object.uid,
    size:
      sizeBytes === undefined
        ? undefined
        : Quantity.ofBytes(sizeBytes).toString(),
    sizeBytes,
    image: object.kind === 'image' ? object.image : object.source?.image,
    version: object.kind === 'image' ? object.version : object.source?.version,
    entityRef: object.kind === 'volume' ? object.entityRef : undefined,
    state: object.state,
    waitHandle,
    volumesSnippet: volumesSnippet(object),
  };
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) {
      output(name as keyof typeof objectOutput, value);
    }
  }
}

/** How a Pod uses the claim: mounted, or as a device where it is a block volume. */
export function volumesSnippet(object: Image | Volume): string {
  const name = object.name;
  const use =
    object.volumeMode === 'Block'
      ? { volumeDevices: [{ name, devicePath: '/dev/disk0' }] }
      : { volumeMounts: [{ name, mountPath: '/data' }] };
  return stringify({
    containers: [{ name: 'app', ...use }],
    volumes: [{ name, persistentVolumeClaim: { claimName: name } }],
  });
}

/** As a checkpoint keeps it: its value must be plain JSON. */
export const toJson = (object: Image | Volume): JsonObject =>
  JSON.parse(JSON.stringify(object));

/** What {@link toJson} made of an image or a volume. */
export const fromJson = (json: JsonObject): Image | Volume =>
  json.kind === 'image' ? imageSchema.parse(json) : volumeSchema.parse(json);
