import {
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import type { KubernetesObject } from '../kubernetes';
import { isOurImage, type DerivedRow } from '../tracking/rows';

/** Names the DataImportCron that imported it (CDI 1.66). */
const CRON_LABEL = 'cdi.kubevirt.io/dataImportCron';
/**
 * CDI names what a cron imports by its DataSource and twelve digits of the
 * digest (recorded with CDI 1.66); for the DataSource `<image>-upstream` that is
 * the name of a version of ours.
 */
const NAME = /^(.+)-(upstream-[0-9a-f]{12})$/;

/** Something that a DataImportCron imported, which may become a version. */
export interface Adoption {
  namespace: string;
  name: string;
  image: string;
  version: string;
  /** Name of the DataImportCron. */
  cron: string;
}

/** What a row would be adopted as; `undefined` unless it is ready and a cron's. */
export function findAdoption({
  joined,
  record,
}: DerivedRow): Adoption | undefined {
  const { object } = record.tracked;
  const { dataVolume, namespace, name } = joined;
  const cron = dataVolume?.metadata.labels[CRON_LABEL];
  const [, image, version] = NAME.exec(name) ?? [];
  if (object.kind !== 'image' || object.state !== 'ready') return undefined;
  if (!cron || !image || isOurImage(joined)) return undefined;
  return { namespace, name, image, version, cron };
}

/**
 * Why what a cron imported does not become a version: its keeper must have said
 * so on the cron, and CDI must leave alias and deletion to us.
 */
export function adoptionRefusal(
  cron: KubernetesObject,
  { image }: Adoption,
): string | undefined {
  const { labels = {} } = cron.metadata;
  if (
    labels[LABELS.role] !== ROLE_GOLDEN_IMAGE ||
    labels[LABELS.image] !== image
  ) {
    return `it does not bear the labels ${LABELS.role}=${ROLE_GOLDEN_IMAGE} and ${LABELS.image}=${image}`;
  }
  const spec = (cron.spec ?? {}) as {
    garbageCollect?: string;
    managedDataSource?: string;
  };
  if (spec.garbageCollect !== 'Never') {
    return 'its garbageCollect is not Never, so CDI would delete versions';
  }
  return spec.managedDataSource === `${image}-upstream`
    ? undefined
    : `its managedDataSource is not ${image}-upstream`;
}
