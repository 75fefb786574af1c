import { createHash } from 'node:crypto';
import {
  ANNOTATIONS,
  LABELS,
  MANAGED_BY,
} from '@golden-images/plugin-golden-images-common';
import type { Provenance, RequestIdentity } from './types';

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Name of DataVolume and claim of an image: `<name>` or `<name>-<version>`. */
export function imageObjectName(name: string, version?: string): string {
  return version === undefined ? name : `${name}-${version}`;
}

/**
 * A label value for any text: the text itself where Kubernetes takes it (at
 * most 63 characters), else the start of its sha256. The full text belongs in
 * an annotation.
 */
export function labelValue(text: string): string {
  return LABEL_VALUE.test(text)
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, 40);
}

export function ourLabels(
  role: string,
  image: { name: string; version?: string },
): Record<string, string> {
  return definedOnly({
    [LABELS.role]: role,
    [LABELS.image]: labelValue(image.name),
    [LABELS.version]: image.version && labelValue(image.version),
    [LABELS.managedBy]: MANAGED_BY,
  });
}

export function ourAnnotations(
  identity: RequestIdentity,
  provenance: Provenance,
): Record<string, string> {
  return definedOnly({
    [ANNOTATIONS.requestHash]: identity.hash,
    [ANNOTATIONS.request]: identity.request,
    [ANNOTATIONS.requestedBy]: provenance.requestedBy,
    [ANNOTATIONS.taskId]: provenance.taskId,
    [ANNOTATIONS.onTimeout]: provenance.onTimeout,
    [ANNOTATIONS.deadline]: provenance.deadline,
  });
}

export function definedOnly(
  record: Record<string, string | undefined>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
