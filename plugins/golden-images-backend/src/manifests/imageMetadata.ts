import {
  ANNOTATIONS,
  INSTANCETYPE_LABELS,
  deprecationSchema,
  imageLinkSchema,
  type Image,
  type UpdateImageRequest,
} from '@golden-images/plugin-golden-images-common';
import type { z } from 'zod/v3';
import { definedOnly } from './metadata';

const MAX_TEXT = 1024;
const MAX_LINKS = 10;
const ENTITY_REF = /^[a-z0-9]+:[^/\s:]+\/[^/\s]+$/i;

type Field = keyof UpdateImageRequest;
type KubevirtKey = keyof typeof INSTANCETYPE_LABELS;

/** Under which annotation each field is kept. */
export const METADATA_ANNOTATIONS: Record<Field, string> = {
  title: ANNOTATIONS.title,
  description: ANNOTATIONS.description,
  os: ANNOTATIONS.os,
  architecture: ANNOTATIONS.architecture,
  owner: ANNOTATIONS.owner,
  links: ANNOTATIONS.links,
  deprecated: ANNOTATIONS.deprecated,
};

/** Fields of an image that people describe it by, in the order in which they are named. */
export const METADATA_FIELDS = Object.keys(METADATA_ANNOTATIONS) as Field[];

/**
 * Annotations that say what was given; `null` where it is taken away, and
 * nothing where it stays.
 */
export function metadataAnnotations(
  metadata: UpdateImageRequest,
): Record<string, string | null> {
  return Object.fromEntries(
    METADATA_FIELDS.flatMap(field => {
      const value = metadata[field];
      if (value === undefined) return [];
      const text =
        typeof value === 'string' || value === null
          ? value
          : JSON.stringify(value);
      // An empty list or text says nothing.
      const empty = text === '' || text === '[]';
      return [[METADATA_ANNOTATIONS[field], empty ? null : text]];
    }),
  );
}

/** Of an object that is to be made. */
export function newMetadataAnnotations(
  metadata: UpdateImageRequest,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadataAnnotations(metadata)).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
}

/** KubeVirt's own labels, on the image and on clones of it. */
export function instancetypeLabels(
  defaults: Image['kubevirt'],
): Record<string, string> {
  return definedOnly(
    Object.fromEntries(
      (Object.keys(INSTANCETYPE_LABELS) as KubevirtKey[]).map(key => [
        INSTANCETYPE_LABELS[key],
        defaults?.[key],
      ]),
    ),
  );
}

/**
 * Those labels of an alias for the version that it moves to: CDI copies what the
 * new claim has, but leaves what only the one before had (CDI 1.66).
 */
export function aliasLabels(
  defaults: Image['kubevirt'],
): Record<string, string | null> {
  return Object.fromEntries(
    (Object.keys(INSTANCETYPE_LABELS) as KubevirtKey[]).map(key => [
      INSTANCETYPE_LABELS[key],
      defaults?.[key] ?? null,
    ]),
  );
}

/**
 * What the annotations and labels of an image say of it. Anybody may have
 * written them: what has not our form is not shown, and text is bounded.
 */
export function readImageMetadata({
  annotations = {},
  labels = {},
}: {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}): Pick<Image, Field | 'kubevirt'> {
  const text = (field: Field) =>
    annotations[METADATA_ANNOTATIONS[field]]?.slice(0, MAX_TEXT);
  const json = (field: Field) =>
    parsed(annotations[METADATA_ANNOTATIONS[field]]);
  const owner = text('owner');
  const links = listOf(json('links'))
    .slice(0, MAX_LINKS)
    .flatMap(link => asOurs(imageLinkSchema, link) ?? []);
  return {
    title: text('title'),
    description: text('description'),
    os: text('os'),
    architecture: text('architecture'),
    owner: owner && ENTITY_REF.test(owner) ? owner : undefined,
    links: links.length > 0 ? links : undefined,
    deprecated: asOurs(deprecationSchema, json('deprecated')),
    kubevirt: kubevirtOf(labels),
  };
}

function kubevirtOf(labels: Record<string, string>): Image['kubevirt'] {
  const given = (Object.keys(INSTANCETYPE_LABELS) as KubevirtKey[]).flatMap(
    key => {
      const value = labels[INSTANCETYPE_LABELS[key]];
      return value === undefined ? [] : [[key, value]];
    },
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asOurs<T extends z.ZodTypeAny>(
  schema: T,
  value: unknown,
): z.output<T> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}
