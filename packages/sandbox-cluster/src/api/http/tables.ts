import type { PrinterColumn, ResourceDefinition } from '../resources';
import { child, type Clock, type Json, type KubeObject } from '../types';

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const AGE_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.';

interface Column {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
  value: (object: KubeObject, clock: Clock) => unknown;
}

/** `meta.k8s.io/v1` Table, as `kubectl get` shows it; `includeObject` as of that API. */
export function tableOf(
  type: ResourceDefinition,
  objects: KubeObject[],
  clock: Clock,
  includeObject: string | null,
): Json {
  const columns = columnsOf(type);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns.map(
      ({ name, type: kind, format, description, priority }) => ({
        name,
        type: kind,
        format,
        description,
        priority,
      }),
    ),
    rows: objects.map(object => ({
      cells: columns.map(({ value }) => value(object, clock)),
      object: included(object, includeObject),
    })),
  };
}

/** `meta.k8s.io/v1` PartialObjectMetadata */
export function partialObject({ metadata }: KubeObject): Json {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
  };
}

function included(object: KubeObject, how: string | null) {
  if (how === 'None') return null;
  return how === 'Object' ? object : partialObject(object);
}

function columnsOf(type: ResourceDefinition): Column[] {
  const name: Column = {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: NAME_DESCRIPTION,
    priority: 0,
    value: object =>
      type.kind === 'StorageClass' && isDefaultClass(object)
        ? `${object.metadata.name} (default)`
        : object.metadata.name,
  };
  const age: Column = {
    name: 'Age',
    type: 'string',
    format: '',
    description: AGE_DESCRIPTION,
    priority: 0,
    value: (object, clock) => ageOf(object.metadata.creationTimestamp, clock),
  };
  if (type.custom) {
    const { columns } = type.custom;
    return columns.length > 0
      ? [name, ...columns.map(customColumn)]
      : [name, { ...age, type: 'date' }];
  }
  const columns = (type.columns ?? []).map(column => ({
    name: column.name,
    type: column.type,
    format: '',
    description: column.description ?? '',
    priority: column.priority ?? 0,
    isLast: column.afterAge === true,
    value: (object: KubeObject) => column.value(object),
  }));
  return [
    name,
    ...columns.filter(column => !column.isLast),
    age,
    ...columns.filter(column => column.isLast),
  ];
}

function customColumn(column: PrinterColumn): Column {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description ?? '',
    priority: column.priority ?? 0,
    value: (object, clock) => {
      const found = readPath(object, column.jsonPath);
      if (column.type === 'date') return ageOf(found, clock);
      if (found === undefined || found === null) return null;
      return column.type === 'string' ? String(found) : found;
    },
  };
}

/** The simple JSONPaths of printer columns: `.a.b` and `.a[?(@.type=='X')].b`. */
function readPath(object: Json, path: string): unknown {
  let current: unknown = object;
  for (const [, field, key, value] of path.matchAll(
    /\.(\w+)|\[\?\(@\.(\w+)==['"]([^'"]*)['"]\)\]/g,
  )) {
    if (field !== undefined) current = child(current, field);
    else if (Array.isArray(current)) {
      current = current.find(item => child(item, key) === value);
    } else return undefined;
  }
  return current;
}

function isDefaultClass({ metadata }: KubeObject) {
  return (
    metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] ===
    'true'
  );
}

/** Two units at most, as `kubectl` shows a duration. */
function ageOf(since: unknown, clock: Clock): string {
  if (typeof since !== 'string') return '<unknown>';
  const seconds = Math.max(
    0,
    Math.floor((clock.now().getTime() - Date.parse(since)) / 1000),
  );
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  return `${days}d`;
}

function pair(large: number, unit: string, small: number, smallUnit: string) {
  return small === 0
    ? `${large}${unit}`
    : `${large}${unit}${small}${smallUnit}`;
}
