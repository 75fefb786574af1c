import type { Gate } from './Gate';
import type { PassedRequest, Stops } from './HoldingProxy';
import type { MomentName, Verdict } from './moments';

const go = async (): Promise<Verdict> => 'go';

const DISKS = /\/(datavolumes|persistentvolumeclaims)$/;
const A_DISK = /\/(datavolumes|persistentvolumeclaims)\/[^/]+$/;

/** Between the template action and the golden-images backend. */
export function backendStops(gate: Gate, by: string) {
  const arrive = (name: MomentName, claim: string) =>
    gate.arrive({ name, claim, by });
  const around = (claim: string): Stops => ({
    before: () => arrive('request', claim),
    after: () => arrive('answer', claim),
  });
  return ({ method, url, body }: PassedRequest): Stops | undefined => {
    if (method === 'DELETE') {
      const { pathname, searchParams } = new URL(url, 'http://backend');
      const asks = searchParams.get('dryRun') === 'true';
      return asks ? undefined : around(lastOf(pathname));
    }
    switch (url) {
      case '/api/golden-images/volumes':
        return around(body.name);
      case '/api/golden-images/images':
        return around(`${body.name}-${body.version}`);
      case '/api/golden-images/manifests':
        return around(body.clone.name);
      case '/api/golden-images/waits/status':
        return {
          before: () => arrive('waiting', claimOfHandle(body.waitHandle)),
          after: go,
        };
      default:
        return undefined;
    }
  };
}

/** Between the golden-images backend and the cluster. */
export function clusterStops(gate: Gate, by: string) {
  return ({ method, url, body }: PassedRequest): Stops | undefined => {
    const { pathname, searchParams } = new URL(url, 'http://cluster');
    const isDelete = method === 'DELETE';
    const written = isDelete ? A_DISK : DISKS;
    if (searchParams.has('dryRun') || !written.test(pathname)) return undefined;
    const claim: string = isDelete ? lastOf(pathname) : body.metadata.name;
    return {
      before: () => gate.arrive({ name: 'write', claim, by }),
      after: () => gate.arrive({ name: 'written', claim, by }),
    };
  };
}

function claimOfHandle(waitHandle: string): string {
  const [, content] = waitHandle.split('.');
  return JSON.parse(Buffer.from(content, 'base64url').toString()).name;
}

/** The name at the end of a path. */
function lastOf(pathname: string): string {
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
}
