import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../startSandbox';
import { parseArguments, USAGE } from './parseArguments';

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const temporary = options.data
    ? undefined
    : await mkdtemp(join(tmpdir(), 'golden-images-sandbox-'));
  const sandbox = await startSandbox({
    dataDir: options.data ?? temporary!,
    port: options.port,
    imagePort: options.imagePort,
    importBytesPerSecond: options.importRate || undefined,
    copyBytesPerSecond: options.copyRate || undefined,
    timeFactor: options.timeFactor,
    kubeconfig: options.kubeconfig,
    log: line => process.stderr.write(`${line}\n`),
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await sandbox.close();
    if (temporary) await rm(temporary, { recursive: true, force: true });
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever started this is gone.
  process.on('disconnect', stop);
  process.stdout.write(`image-server url=${sandbox.imageServerUrl}\n`);
  process.stdout.write(`disks folder=${sandbox.disksFolder}\n`);
  process.stdout.write(`ready kubeconfig=${sandbox.kubeconfigPath}\n`);
}

main().catch(error => {
  process.stderr.write(
    `${error instanceof Error ? error.message : error}\n\n${USAGE}`,
  );
  process.exit(1);
});
