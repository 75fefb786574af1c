import type {
  ReasonCode,
  Volume,
} from '@golden-images/plugin-golden-images-common';

/** A clone that was accepted, as it is asked to wait. */
export interface NewCloneRequest {
  cluster: string;
  namespace: string;
  name: string;
  requestHash: string;
  /** Entity ref. */
  requestedBy: string;
  entityRef?: string;
  /** `namespace/name` of the claim that it copies. */
  imageKey: string;
  expiresAtMs: number;
  /** What is needed to carry it out. */
  request: object;
  /** How it is shown meanwhile. */
  document: Volume;
}

export interface CloneRequestRow extends NewCloneRequest {
  id: number;
  /** `admitted`: it holds a slot and is being written; `written`: not seen by the tracker yet. */
  state: 'waiting' | 'admitted' | 'written' | 'failed';
  uid?: string;
  reason?: ReasonCode;
  message?: string;
  attempts: number;
  acceptedAtMs: number;
  notBeforeMs: number;
}

export interface CloneWidths {
  /** Unfinished copies at once in a cluster. */
  width: number;
  /** Of them, from one image. */
  widthPerImage: number;
}

export interface CloneTableRow {
  id: number | string;
  cluster: string;
  namespace: string;
  name: string;
  state: CloneRequestRow['state'];
  request_hash: string;
  requested_by: string;
  entity_ref: string | null;
  image_key: string;
  uid: string | null;
  reason: ReasonCode | null;
  message: string | null;
  attempts: number;
  accepted_at_ms: number | string;
  changed_at_ms: number | string;
  not_before_ms: number | string;
  expires_at_ms: number | string;
  request: string;
  document: string;
}

export const CLONES_TABLE = 'clone_requests';

export function newRow(
  entry: NewCloneRequest,
  state: CloneTableRow['state'],
  nowMs: number,
): Omit<CloneTableRow, 'id'> {
  return {
    cluster: entry.cluster,
    namespace: entry.namespace,
    name: entry.name,
    state,
    request_hash: entry.requestHash,
    requested_by: entry.requestedBy,
    entity_ref: entry.entityRef?.toLowerCase() ?? null,
    image_key: entry.imageKey,
    uid: null,
    reason: null,
    message: null,
    attempts: 0,
    accepted_at_ms: nowMs,
    changed_at_ms: nowMs,
    not_before_ms: 0,
    expires_at_ms: entry.expiresAtMs,
    request: JSON.stringify(entry.request),
    document: JSON.stringify(entry.document),
  };
}

export function rowOf(row: CloneTableRow): CloneRequestRow {
  return {
    id: Number(row.id),
    cluster: row.cluster,
    namespace: row.namespace,
    name: row.name,
    state: row.state,
    requestHash: row.request_hash,
    requestedBy: row.requested_by,
    entityRef: row.entity_ref ?? undefined,
    imageKey: row.image_key,
    uid: row.uid ?? undefined,
    reason: row.reason ?? undefined,
    message: row.message ?? undefined,
    attempts: row.attempts,
    acceptedAtMs: Number(row.accepted_at_ms),
    notBeforeMs: Number(row.not_before_ms),
    expiresAtMs: Number(row.expires_at_ms),
    request: JSON.parse(row.request),
    document: JSON.parse(row.document),
  };
}
