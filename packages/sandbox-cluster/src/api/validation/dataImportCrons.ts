import { child, isObject, type Json, type KubeObject } from '../types';
import { refuse, validateTarget, type Refusal } from './dataVolumes';
import { validateSource } from './dataVolumeSources';

const MAX_NAME = 63;
const FIELD = /^(\*|\?|\w+(-\w+)?)(\/\d+)?(,(\*|\w+(-\w+)?)(\/\d+)?)*$/;
const DESCRIPTOR =
  /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/;

/** The rules of CDI's dataimportcron-validate webhook (v1.66); the first that is broken. */
export function validateDataImportCron(cron: KubeObject): Refusal | undefined {
  const spec = cron.spec ?? {};
  const names = [cron.metadata.name, spec.managedDataSource];
  if (names.some(name => String(name ?? '').length > MAX_NAME)) {
    return refuse(`Name cannot be longer than ${MAX_NAME} characters`);
  }
  return (
    validateTemplate(child(spec, 'template', 'spec')) ?? validateSettings(spec)
  );
}

function validateTemplate(template: unknown): Refusal | undefined {
  const field = 'spec.Template';
  const wanted: Json = isObject(template) ? template : {};
  const { source } = wanted;
  if (!isObject(source)) return refuse('Missing source', field);
  const unsettable = ['sourceRef', 'contentType', 'checkpoints'];
  if (
    unsettable.some(name => wanted[name] !== undefined) ||
    wanted.finalCheckpoint
  ) {
    return refuse(
      'Unsettable fields: SourceRef, ContentType, Checkpoints, FinalCheckpoint',
      field,
    );
  }
  return inTemplate(
    validateSource(source, undefined) ?? validateTarget(wanted),
  );
}

function validateSettings(spec: Json): Refusal | undefined {
  const schedule = String(spec.schedule ?? '');
  if (schedule !== '' && !isSchedule(schedule)) {
    return refuse('Illegal cron schedule', 'spec.Schedule');
  }
  if (typeof spec.importsToKeep === 'number' && spec.importsToKeep < 0) {
    return refuse('Illegal ImportsToKeep value', 'spec.ImportsToKeep');
  }
  const collects = spec.garbageCollect ?? 'Outdated';
  if (collects !== 'Outdated' && collects !== 'Never') {
    return refuse('Illegal GarbageCollect value', 'spec.GarbageCollect');
  }
  return spec.managedDataSource
    ? undefined
    : refuse('Illegal ManagedDataSource value', 'spec.ManagedDataSource');
}

/** Five fields, or a descriptor such as `@daily`. */
function isSchedule(schedule: string): boolean {
  if (DESCRIPTOR.test(schedule)) return true;
  const fields = schedule.trim().split(/\s+/);
  return fields.length === 5 && fields.every(field => FIELD.test(field));
}

/** The rules of DataVolumes name fields of the DataVolume. */
function inTemplate(refusal: Refusal | undefined): Refusal | undefined {
  return refusal?.field
    ? { ...refusal, field: refusal.field.replace(/^spec\./, 'Template.') }
    : refusal;
}
