import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { JsonObject, JsonValue } from '@backstage/types';
import {
  imageSchema,
  Quantity,
  usageOf,
  volumeSchema,
} from '@golden-images/plugin-golden-images-common';
import { stringify } from 'yaml';
import { z } from 'zod/v3';

/** Outputs that all actions about one image or volume have. */
export const objectOutput = z.object({
  cluster: z.string().describe('Name of the cluster'),
  namespace: z.string().describe('Namespace of the claim'),
  claimName: z.string().describe('Name of the claim'),
  uid: z
    .string()
    .optional()
    .describe('uid of the claim, once there is one; "predicted" in a dry run'),
  size: z
    .string()
    .optional()
    .describe('Size of the volume, for example "10Gi", once it is known'),
  sizeBytes: z
    .number()
    .optional()
    .describe('Size of the volume in bytes, once it is known'),
  image: z.string().optional().describe('Name of the golden image'),
  version: z.string().optional().describe('Version of the golden image'),
  entityRef: z.string().optional().describe('The entity whose volume this is'),
  state: z.string().describe('State at the end of the step'),
  waitHandle: z
    .string()
    .optional()
    .describe('For golden-images:wait; in a dry run one for a dry run'),
  content: z
    .string()
    .describe(
      'What is in it: "disk-file" (disk.img), "block-device", "files" or "files-or-disk-file"',
    ),
  volumesSnippet: z
    .string()
    .describe(
      'YAML that uses the claim by what is in it: machineSnippet for a disk-file, else podSnippet',
    ),
  podSnippet: z
    .string()
    .describe('YAML: volumes and containers of a Pod that uses the claim'),
  machineSnippet: z
    .string()
    .optional()
    .describe('YAML: a KubeVirt VirtualMachine with this disk'),
  links: z
    .array(
      z.object({ title: z.string(), icon: z.string(), entityRef: z.string() }),
    )
    .describe('Pages of the portal, for the links of a template'),
  predicted: z
    .boolean()
    .optional()
    .describe('true in a dry run: nothing was made'),
});

/** Sets outputs, those that are not known left out. */
export function setOutputs(
  output: (name: never, value: never) => void,
  values: Record<string, JsonValue | undefined>,
): void {
  const set = output as (name: string, value: JsonValue) => void;
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) set(name, value);
  }
}

/** Outputs that follow from an image or a volume as it was answered. */
export function outputsOf(
  object: Image | Volume,
  more: {
    waitHandle?: string;
    predicted?: boolean;
  } = {},
): Record<string, JsonValue | undefined> {
  const { predicted } = more;
  const sizeBytes = object.sizes.capacityBytes ?? object.sizes.requestedBytes;
  const isImage = object.kind === 'image';
  const entityRef = isImage ? undefined : object.entityRef;
  const { content, pod, machine } = usageOf(
    isImage ? { ...object, source: undefined } : object,
  );
  const podSnippet = stringify(pod);
  const machineSnippet = machine && stringify(machine);
  return {
    cluster: object.cluster,
    namespace: object.namespace,
    claimName: object.name,
    uid: object.uid ?? (predicted ? 'predicted' : undefined),
    size:
      sizeBytes === undefined
        ? undefined
        : Quantity.ofBytes(sizeBytes).toString(),
    sizeBytes,
    image: isImage ? object.image : object.source?.image,
    version: isImage ? object.version : object.source?.version,
    entityRef,
    state: object.state,
    waitHandle: more.waitHandle,
    content,
    volumesSnippet:
      content === 'disk-file' && machineSnippet ? machineSnippet : podSnippet,
    podSnippet,
    machineSnippet,
    links: linksOf(entityRef),
    predicted,
  };
}

function linksOf(entityRef: string | undefined) {
  return entityRef === undefined
    ? []
    : [{ title: `Open ${nameOf(entityRef)}`, icon: 'catalog', entityRef }];
}

function nameOf(entityRef: string) {
  return entityRef.split('/').at(-1);
}

/** As a checkpoint keeps it: its value must be plain JSON. */
export const toJson = (object: Image | Volume): JsonObject =>
  JSON.parse(JSON.stringify(object));

/** What {@link toJson} made of an image or a volume. */
export const fromJson = (json: JsonObject): Image | Volume =>
  json.kind === 'image' ? imageSchema.parse(json) : volumeSchema.parse(json);
