import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../install.mjs';

export const usage = `usage: npm run demo -- [options]

  --port PORT  port of the portal (7007, or the next one that is free)
  --data DIR   folder of databases, disks and components (.data)
  --help       this text`;

/**
 * @param {string[]} args
 * @returns {{ help: boolean, port: number | undefined, data: string }}
 * @throws Error naming the argument that is wrong
 */
export function parseDemoArguments(args) {
  const { values } = parse(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (
    port !== undefined &&
    !(Number.isInteger(port) && port > 0 && port < 65536)
  ) {
    throw new Error(`--port: "${values.port}" is not a port\n\n${usage}`);
  }
  return {
    help: values.help ?? false,
    port,
    data: values.data ? resolve(values.data) : join(root, '.data'),
  };
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Error(`${error.message}\n\n${usage}`);
  }
}
