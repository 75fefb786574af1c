import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  stateSentence,
  type Image,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config';
import { imageObjectName } from '../manifests';
import type { Tracking } from '../tracking';
import type { ImageKey } from './VersionService';
import { readyVersions } from './readyVersions';
import { requireConnection } from './requireConnection';
import { whyUnverified } from './verification';

/**
 * A version that may become current, as the cluster has it now.
 *
 * @throws NotFoundError naming the versions that are ready, ConflictError when
 *   it is not ready, not verified where that is demanded, on its way out, or
 *   was not made here
 */
export async function findReadyVersion(
  tracking: Tracking,
  key: ImageKey,
  options: { version?: string; nowMs: number; config: ClusterConfig },
): Promise<Image> {
  const { version, nowMs, config } = options;
  const { cluster, namespace, image } = key;
  const name = imageObjectName(image, version);
  await tracking.refresh({ cluster, namespace, name });
  const row = await tracking.reader.getImage({ cluster, namespace, name });
  const found = row?.object;
  // `a` + `b-c` and `a-b` + `c` bear the same name.
  if (!found || found.image !== image || found.version !== version) {
    await requireConnection(tracking, cluster);
    throw await notFound(tracking, key, version);
  }
  const why = whyNot(found, nowMs, config);
  if (why) throw new ConflictError(`version: "${name}" ${why}`);
  return found;
}

function whyNot(
  image: Image,
  nowMs: number,
  config: ClusterConfig,
): string | undefined {
  if (!image.ours) return 'was not made here, so it cannot become current';
  if (image.retirement) return 'is being retired; choose another version';
  const unverified = whyUnverified(image, config);
  if (unverified) return `cannot become current: ${unverified}`;
  if (image.state === 'ready') return undefined;
  return `is not ready, so it cannot become current: ${stateSentence(
    image,
    nowMs,
  )}`;
}

async function notFound(
  tracking: Tracking,
  key: ImageKey,
  version: string | undefined,
): Promise<NotFoundError> {
  const { cluster, namespace, image } = key;
  const ready = (await readyVersions(tracking, key)).map(
    each => each.version ?? 'the one without a version',
  );
  return new NotFoundError(
    `version: ${
      version === undefined
        ? `"${image}" has none without a version`
        : `there is no "${version}" of "${image}"`
    } in namespace "${namespace}" of cluster "${cluster}". Ready: ${
      ready.join(', ') || 'none'
    }.`,
  );
}
