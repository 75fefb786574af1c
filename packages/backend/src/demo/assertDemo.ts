import { Config } from '@backstage/config';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Throws unless this backend was started as the demo, on this machine only:
 * with the demo's sign-in anyone can be anybody.
 *
 * @param nodeEnv - the value of `NODE_ENV`
 * @throws Error that names what is not as the demo has it
 */
export function assertDemo(config: Config, nodeEnv: string | undefined): void {
  const reason = whyNotDemo(config, nodeEnv);
  if (reason) {
    throw new Error(
      `The demo's sign-in lets anyone be anybody and refuses to start: ${reason}. Start the demo with "npm run demo".`,
    );
  }
}

function whyNotDemo(
  config: Config,
  nodeEnv: string | undefined,
): string | undefined {
  if (config.getOptionalBoolean('demo.enabled') !== true) {
    return 'demo.enabled is not true';
  }
  if (nodeEnv === 'production') {
    return 'NODE_ENV is "production"';
  }
  for (const key of ['app.baseUrl', 'backend.baseUrl']) {
    const { hostname } = new URL(config.getString(key));
    if (!LOOPBACK.includes(hostname)) {
      return `${key} is not an address of this machine alone (${hostname})`;
    }
  }
  const listenHost = config.getOptionalString('backend.listen.host');
  if (listenHost === undefined || !LOOPBACK.includes(listenHost)) {
    return `backend.listen.host is not this machine alone (${
      listenHost ?? 'every interface'
    })`;
  }
  return undefined;
}
