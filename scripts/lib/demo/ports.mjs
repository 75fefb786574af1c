import { createServer } from 'node:net';

const DEFAULT_PORT = 7007;
const TRIES = 50;

function isFree(port) {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/**
 * The port of the portal: the wanted one, or else the first free one from 7007.
 *
 * @throws Error if the wanted one, or all of them, are taken
 */
export async function choosePort(wanted, say) {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new Error(
      `Port ${wanted} is taken. Stop what listens there, or choose another one with --port.`,
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIES; port += 1) {
    if (await isFree(port)) {
      if (port !== DEFAULT_PORT) {
        say(`Port ${DEFAULT_PORT} is taken, using ${port}.`);
      }
      return port;
    }
  }
  throw new Error(
    `Ports ${DEFAULT_PORT} to ${
      DEFAULT_PORT + TRIES - 1
    } are all taken. Choose one with --port.`,
  );
}
