import type { ApiClient } from '../../__testUtils__/ApiClient';
import type { Json } from '../../types';

type Step = (admin: ApiClient) => Promise<void>;

const CLAIM = '/api/v1/namespaces/golden-images/persistentvolumeclaims/vec-upd';
const WAIT_MS = 10_000;
const POLL_MS = 20;

const applyAsBackstage =
  (labels: Record<string, string>): Step =>
  async admin => {
    const answer = await admin.patch(
      `${CLAIM}?fieldManager=backstage&force=true`,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'vec-upd', namespace: 'golden-images', labels },
      },
      'apply-patch+yaml',
    );
    if (answer.status !== 200) throw new Error(answer.text);
  };

const untilGone: Step = async admin => {
  const deadline = Date.now() + WAIT_MS;
  while ((await admin.get(CLAIM)).status !== 404) {
    if (Date.now() > deadline) throw new Error(`${CLAIM} does not go away`);
    await new Promise(resolve => {
      setTimeout(resolve, POLL_MS);
    });
  }
};

/**
 * What was done between two recorded requests without being recorded itself,
 * by file and title of the later one. That it was done follows from the
 * answers: from the owner that a conflict names, from resourceVersions, and
 * from labels that are gone.
 */
export const BEFORE: Record<string, Record<string, Step>> = {
  'pvc-update': {
    'apply conflict': applyAsBackstage({ team: 'x' }),
    'apply YAML text': applyAsBackstage({}),
    'DELETE a third time': untilGone,
  },
};

/**
 * A body that was written down wrongly, by file and title: what was really sent.
 * The one of "PUT without uid" was changed in memory by the next case before
 * it was written; its title and its answer tell.
 */
export const CORRECTIONS: Record<
  string,
  Record<string, (body: Json) => Json>
> = {
  'pvc-update': {
    'PUT without uid (accepted)': ({ metadata, ...body }) => {
      const { uid, ...rest } = metadata as Json;
      return { ...body, metadata: rest };
    },
  },
};
