import { until } from './until.mjs';

/** The image with which the demo begins; another one is left to be imported. */
const IMAGE = {
  name: 'demo-linux',
  version: '20261101',
  title: 'Demo Linux',
  size: '1Gi',
};

/**
 * Makes sure that there is a golden image to clone, imported like any other:
 * through the portal, as the platform engineer whom the client is.
 */
export async function ensureGoldenImage({
  client,
  url,
  checksum,
  progress,
  signal,
}) {
  const before = await findImage(client, signal);
  if (!before) {
    await client.request('golden-images/images', {
      method: 'POST',
      body: { ...IMAGE, source: { http: { url, checksum } } },
    });
  }
  await until(
    async () => {
      const image = await findImage(client, signal);
      // Just imported, it can be cloned by its name once it is current, too.
      if (image?.state === 'ready' && (image.current || before)) return image;
      if (image) {
        progress.say(`  golden image ${IMAGE.name}: ${describe(image)}`);
      }
      return undefined;
    },
    `The golden image ${IMAGE.name}`,
    signal,
  );
}

function describe({ state, progressPercent, attempts, message }) {
  return [
    progressPercent === undefined
      ? state
      : `${state}, ${Math.floor(progressPercent)} %`,
    attempts && `attempt ${attempts + 1}`,
    message,
  ]
    .filter(Boolean)
    .join('; ');
}

async function findImage(client, signal) {
  const { items } = await until(
    async () => {
      const list = await client.request('golden-images/images');
      const connected = list.clusters.every(
        ({ connection }) => connection === 'connected',
      );
      return connected && list;
    },
    'The list of golden images',
    signal,
  );
  const versions = items.filter(({ image }) => image === IMAGE.name);
  return versions.find(({ current }) => current) ?? versions[0];
}
