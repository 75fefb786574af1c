import { join } from 'node:path';
import { configArguments, configuredClusters } from './configuration.mjs';
import { waitForCatalog } from './content.mjs';
import { takeDataFolder } from './dataFolder.mjs';
import { buildFrontend } from './frontend.mjs';
import { ensureGoldenImage } from './goldenImage.mjs';
import { PortalClient } from './portalClient.mjs';
import { choosePort } from './ports.mjs';
import { Progress } from './progress.mjs';
import { reportClusters } from './reportClusters.mjs';
import { startSandbox } from './sandbox.mjs';
import { Service } from './Service.mjs';
import { root } from '../install.mjs';

/**
 * Starts the demo and runs it until it is told to stop.
 *
 * @param {{ port: number | undefined, data: string }} options
 * @returns {Promise<number>} exit code of the process
 */
export async function runDemo(options) {
  const progress = new Progress();
  const stop = new AbortController();
  const stopped = new Promise(resolve => {
    stop.signal.addEventListener('abort', resolve);
  });
  const onSignal = () => stop.abort(new Error('Stopped'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, onSignal);
  }
  const giveBack = takeDataFolder(options.data);
  const services = [];
  try {
    await Promise.race([
      start({ options, progress, services, signal: stop.signal }),
      stopped,
    ]);
    await services.reduce((work, service) => service.orEnd(work), stopped);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    console.error(`\n${error.message}`);
    return 1;
  } finally {
    // Whatever is still being waited for, after a failure too.
    onSignal();
    if (services.length > 0) progress.say('Stopping …');
    for (const service of services.reverse()) await service.stop();
    giveBack();
    progress.say('Stopped.');
  }
}

async function start({ options, progress, services, signal }) {
  const port = await choosePort(options.port, text => progress.say(text));
  const url = `http://localhost:${port}`;
  const log = name => join(options.data, 'logs', `${name}.log`);
  const clusters = await configuredClusters();
  const embedded = clusters.length === 0;
  progress.say(
    embedded
      ? `The embedded cluster keeps its disks in ${options.data}`
      : `Using the configured ${clusters.join(', ')}, not the embedded cluster`,
  );

  const [sandbox] = await Promise.all([
    embedded
      ? startSandbox({
          data: options.data,
          services,
          logFile: log('sandbox'),
          signal,
        })
      : undefined,
    buildFrontend({ progress, signal, logFile: log('build') }),
  ]);
  signal.throwIfAborted();

  const backend = new Service({
    name: 'backend',
    entry: 'src/index.ts',
    args: configArguments({ sandbox: embedded }),
    cwd: join(root, 'packages', 'backend'),
    env: {
      NODE_ENV: 'development',
      APP_CONFIG_demo_enabled: 'true',
      GOLDEN_IMAGES_DEMO_DATA: options.data,
      GOLDEN_IMAGES_DEMO_PORT: String(port),
      GOLDEN_IMAGES_DEMO_URL: url,
      ...sandbox?.env,
    },
    logFile: log('backend'),
  });
  services.push(backend);

  const client = new PortalClient({
    baseUrl: url,
    entityRef: 'user:default/paula',
  });
  await progress.during('Starting the backend', () =>
    backend.orEnd(waitForCatalog(client, signal)),
  );
  if (sandbox) {
    await backend.orEnd(
      ensureGoldenImage({ ...sandbox.image, client, progress, signal }),
    );
  } else {
    await backend.orEnd(reportClusters({ client, progress, signal }));
  }
  progress.say('Ctrl-C stops everything; the next start finds it all again.');
  console.log(`ready ${url}`);
}
