import type { Gate } from './Gate';
import type { PassedRequest, Stops } from './HoldingProxy';
import type { MomentName, Verdict } from './moments';

const go = async (): Promise<Verdict> => 'go';

/** Between the template action and the golden-images backend. */
export function backendStops(gate: Gate, by: string) {
  const arrive = (name: MomentName, claim: string) =>
    gate.arrive({ name, claim, by });
  return ({ url, body }: PassedRequest): Stops | undefined => {
    switch (url) {
      case '/api/golden-images/volumes':
        return {
          before: () => arrive('request', body.name),
          after: () => arrive('answer', body.name),
        };
      case '/api/golden-images/images': {
        const claim = `${body.name}-${body.version}`;
        return {
          before: () => arrive('request', claim),
          after: () => arrive('answer', claim),
        };
      }
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
  return ({ url, body }: PassedRequest): Stops | undefined => {
    const { pathname, searchParams } = new URL(url, 'http://cluster');
    if (
      searchParams.has('dryRun') ||
      !/\/(datavolumes|persistentvolumeclaims)$/.test(pathname)
    ) {
      return undefined;
    }
    const claim: string = body.metadata.name;
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
