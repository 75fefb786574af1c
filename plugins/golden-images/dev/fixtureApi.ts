import type { VolumeList } from '@golden-images/plugin-golden-images-common';
import type { GoldenImagesApi } from '../src/api';
import { refusal } from '../src/fixtures/refusal';
import {
  connectedCluster,
  FIXTURE_NOW,
  unreachableCluster,
  volumeList,
  volumes,
} from '../src/fixtures/volumes';

/** As if the fixtures had been taken just now. */
function asOfNow(list: VolumeList): VolumeList {
  const shiftMs = Date.now() - Date.parse(FIXTURE_NOW);
  return JSON.parse(JSON.stringify(list), (_key, value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)
      ? new Date(Date.parse(value) + shiftMs).toISOString()
      : value,
  );
}

const startedAtMs = Date.now();

/** What the backend would say of the volumes of each of these entities. */
const answers: Record<string, () => Promise<VolumeList>> = {
  'component:default/all-states': async () => {
    const progressPercent = Math.min(
      99,
      20 + (Date.now() - startedAtMs) / 1_000,
    );
    return volumeList(
      Object.values({
        ...volumes,
        copying: { ...volumes.copying, progressPercent },
      }),
    );
  },
  'component:default/nothing-yet': async () => volumeList([]),
  'component:default/unreachable': async () =>
    volumeList(
      [volumes.usable, volumes.copying, volumes.failing],
      [unreachableCluster],
    ),
  'component:default/no-clusters': async () => volumeList([], []),
  'component:default/refused': async () => {
    throw await refusal('golden-images.read');
  },
  'component:default/broken': async () => {
    throw new Error('Failed to fetch');
  },
  'component:default/loading': () => new Promise(() => {}),
  'component:default/connecting': async () =>
    volumeList([], [{ ...connectedCluster, connection: 'connecting' }]),
};

export const entityRefs = Object.keys(answers);

export const fixtureApi: GoldenImagesApi = {
  listVolumes: async ({ entityRef }) => asOfNow(await answers[entityRef]()),
  listImages: async () => ({ items: [], clusters: [connectedCluster] }),
  listNamespaces: async () => ({ items: [], clusters: [connectedCluster] }),
  preflight: async () => ({
    ok: true,
    problems: [],
    warnings: [],
    unknown: [],
    facts: { uses: [] },
  }),
};
