import { startApiServer } from '@golden-images/sandbox-cluster';
import { writeFileSync } from 'node:fs';

/** A process of its own: the embedded API server without controllers, so that nothing moves by itself. */
async function main([kubeconfigPath]: string[]) {
  const api = await startApiServer();
  writeFileSync(kubeconfigPath, api.kubeconfig('admin'));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
}

main(process.argv.slice(2)).catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
