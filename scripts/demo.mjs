/**
 * `npm run demo`: installs what is missing, builds the portal, starts it against
 * the embedded cluster (or a configured one), and says when it is ready. Starts
 * on Node 20 before anything is installed, so it uses nothing but Node itself.
 */
import { parseDemoArguments, usage } from './lib/demo/arguments.mjs';
import { handOver } from './lib/handOver.mjs';
import { ensureInstalled } from './lib/install.mjs';

const SUPPORTED_NODE = ['22', '24'];

async function main() {
  const options = parseDemoArguments(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  await ensureInstalled();
  if (SUPPORTED_NODE.includes(process.versions.node.split('.')[0])) {
    const { runDemo } = await import('./lib/demo/runDemo.mjs');
    process.exitCode = await runDemo(options);
  } else {
    await handOver([import.meta.filename, ...process.argv.slice(2)]);
  }
}

main().catch(error => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
