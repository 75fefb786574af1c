import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One request to a real kube-apiserver 1.36 with CDI v1.66, and what it answered. */
export interface RecordedCase {
  /** Of the recording. */
  file: string;
  title: string;
  request: {
    method: string;
    path: string;
    contentType?: string | null;
    /** Text, or the JSON that was sent. */
    body?: unknown;
  };
  response: { status: number; body?: unknown };
}

const FILES = ['datavolume-validation', 'pvc-validation'];
const FOLDER = join(
  dirname(require.resolve('@golden-images/sandbox-cluster/package.json')),
  'src/api/__fixtures__',
);

/** The recordings that the embedded cluster is held against too. */
export function readRecordedCases(): RecordedCase[] {
  return FILES.flatMap(file => {
    const packed = readFileSync(join(FOLDER, `${file}.json.gz`));
    const { cases } = JSON.parse(gunzipSync(packed).toString('utf8')) as {
      cases: Omit<RecordedCase, 'file'>[];
    };
    return cases.map(recorded => ({ file, ...recorded }));
  });
}
