import type { Json } from './types';

/** What the server knows about one resource: its names, and how its objects are treated. */
export interface ResourceDefinition {
  /** `''` for the core group. */
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  categories?: string[];
  verbs: readonly string[];
  hasStatus: boolean;
  /** More parts of an object that are written on their own. */
  subresources?: string[];
  /** Whose objects it shows in another form, for reading only. */
  viewOf?: string;
  /** Set for resources of a CustomResourceDefinition. */
  custom?: CustomResource;
  /** Deletion answers with the object instead of a `Status` (`ReturnDeletedObject`). */
  returnsDeleted?: boolean;
  /** Field labels beside `metadata.name` and `metadata.namespace`, as paths; several are tried in turn. */
  fieldLabels?: Record<string, string[]>;
  /** Columns between Name and Age of a `Table`. */
  columns?: TableColumn[];
}

export interface CustomResource {
  schema: Json;
  columns: PrinterColumn[];
}

/** `additionalPrinterColumns` of a CustomResourceDefinition. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
  format?: string;
  priority?: number;
}

export interface TableColumn {
  name: string;
  type: 'string' | 'boolean' | 'integer';
  priority?: number;
  /** Columns after Age are written after it. */
  afterAge?: boolean;
  description?: string;
  value: (object: Json) => unknown;
}

export const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** `group/version` as written in `apiVersion`. */
export function apiVersionOf(type: { group: string; version: string }): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

export function resourceKey(group: string, plural: string): string {
  return group ? `${plural}.${group}` : plural;
}
