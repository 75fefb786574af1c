import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One request to a real kube-apiserver 1.36 with CDI v1.66, and what it answered. */
export interface RecordedCase {
  title: string;
  request: {
    user: string;
    method: string;
    path: string;
    contentType?: string | null;
    accept?: string | null;
    headers?: Record<string, string> | null;
    /** Text, or the JSON that was sent. */
    body?: unknown;
  };
  response: {
    status: number;
    headers?: Record<string, string>;
    /** JSON or text; of a watch the list of its events. */
    body?: unknown;
  };
}

export interface Recording {
  name: string;
  cases: RecordedCase[];
}

export const RECORDING_NAMES = [
  'datavolume-validation',
  'pvc-validation',
  'list-watch',
  'datavolume-update',
  'pvc-update',
];

export function readRecordings(): Recording[] {
  return RECORDING_NAMES.map(name => {
    const path = join(__dirname, '../..', '__fixtures__', `${name}.json.gz`);
    return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
  });
}

export function findCase(
  recordings: Recording[],
  file: string,
  title: string,
): RecordedCase {
  const found = recordings
    .find(({ name }) => name === file)
    ?.cases.find(other => other.title === title);
  if (!found) throw new Error(`There is no case "${title}" in ${file}`);
  return found;
}
