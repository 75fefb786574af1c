import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  changeOf,
  parseTrace,
  type Change,
  type Trace,
} from '../replay/traceLines';

const FOLDER = join(__dirname, '../__fixtures__/traces');

/** Names of the recorded watch streams. */
export const traceNames = readdirSync(FOLDER)
  .filter(file => file.endsWith('.ndjson.gz'))
  .map(file => file.replace('.ndjson.gz', ''));

export const readTrace = (name: string): Trace =>
  parseTrace(readFileSync(join(FOLDER, `${name}.ndjson.gz`)));

export const changesOf = ({ lines }: Trace): Change[] =>
  lines.flatMap(line => changeOf(line) ?? []);
