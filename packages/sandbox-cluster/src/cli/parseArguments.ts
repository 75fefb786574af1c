import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run sandbox -- [options]

  --port N           port of the Kubernetes API (a free one)
  --image-port N     port of the image server (a free one)
  --data DIR         folder for objects, bytes and images (a temporary one)
  --import-rate N    bytes a second of downloads (unlimited)
  --copy-rate N      bytes a second of each copy (unlimited)
  --time-factor N    1 is the pace of a real cluster (0.1)
  --kubeconfig FILE  run only the controllers, against this API server
`;

export interface Arguments {
  port?: number;
  imagePort?: number;
  data?: string;
  importRate?: number;
  copyRate?: number;
  timeFactor?: number;
  kubeconfig?: string;
  help: boolean;
}

/** @throws Error naming the option that is wrong */
export function parseArguments(argv: string[]): Arguments {
  const text = { type: 'string' as const };
  const { values } = parseArgs({
    args: argv,
    options: {
      port: text,
      'image-port': text,
      data: text,
      'import-rate': text,
      'copy-rate': text,
      'time-factor': text,
      kubeconfig: text,
      help: { type: 'boolean' },
    },
  });
  const numberOf = (name: keyof typeof values, most = Infinity) => {
    const value = values[name];
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value === '' || !(number >= 0 && number <= most)) {
      throw new Error(
        `--${name}: "${value}" is not a number from 0 to ${most}`,
      );
    }
    return number;
  };
  return {
    port: numberOf('port', 65_535),
    imagePort: numberOf('image-port', 65_535),
    data: values.data,
    importRate: numberOf('import-rate'),
    copyRate: numberOf('copy-rate'),
    timeFactor: numberOf('time-factor'),
    kubeconfig: values.kubeconfig,
    help: values.help ?? false,
  };
}
