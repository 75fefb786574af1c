import { ClusterConnection } from './ClusterConnection';

interface DataVolume {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  spec: object;
}

const pathOf = (namespace: string) =>
  `/apis/cdi.kubevirt.io/v1beta1/namespaces/${namespace}/datavolumes`;

/**
 * Makes the same DataVolumes once more under other names, all at once, and
 * removes them again. Resolves to the milliseconds until the last was made.
 */
export async function bareCreates(
  kubeconfigPath: string,
  like: { namespace: string; name: string }[],
): Promise<number> {
  const cluster = await ClusterConnection.open(kubeconfigPath, like.length);
  try {
    const bodies: DataVolume[] = [];
    for (const { namespace, name } of like) {
      const text = await cluster.send('GET', `${pathOf(namespace)}/${name}`);
      bodies.push(asAsked(JSON.parse(text)));
    }
    const beganAtMs = performance.now();
    await Promise.all(
      bodies.map(body =>
        cluster.send('POST', pathOf(body.metadata.namespace), body),
      ),
    );
    const ms = performance.now() - beganAtMs;
    await Promise.all(
      bodies.map(({ metadata: { namespace, name } }) =>
        cluster.send('DELETE', `${pathOf(namespace)}/${name}`),
      ),
    );
    return ms;
  } finally {
    cluster.close();
  }
}

function asAsked({ apiVersion, kind, metadata, spec }: DataVolume): DataVolume {
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name: `bare-${name}`, namespace, labels, annotations },
    spec,
  };
}
