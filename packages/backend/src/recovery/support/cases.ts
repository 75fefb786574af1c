import { MOMENT_NAMES, MOMENTS, type MomentName } from './moments';
import type { Result } from './Round';

/** What a template makes. */
export const KINDS = {
  'clone in another namespace': {
    short: 'other',
    template: 'clone',
    namespace: 'team-a',
    dataVolumes: 1,
  },
  'clone in the same namespace': {
    short: 'same',
    template: 'clone',
    namespace: 'golden-images',
    dataVolumes: 0,
  },
  import: {
    short: 'import',
    template: 'import',
    namespace: 'golden-images',
    dataVolumes: 1,
  },
} as const;

export type KindName = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** One template, and where it is hit. */
export interface Case {
  kind: KindName;
  moment: MomentName;
  /** `kind, moment`, in words. */
  title: string;
  /** As the template is given it. */
  name: string;
  claim: string;
  namespace: string;
}

const VERSION = '1';

/** @param prefix - of names: nothing has the same name twice in a cluster */
export function caseOf(
  kind: KindName,
  moment: MomentName,
  prefix: string,
): Case {
  const { short, template, namespace } = KINDS[kind];
  const name = `${prefix}-${short}-${moment}`;
  return {
    kind,
    moment,
    title: `${kind}, ${MOMENTS[moment]}`,
    name,
    claim: template === 'import' ? `${name}-${VERSION}` : name,
    namespace,
  };
}

export function casesOf(
  kinds: KindName[],
  moments: MomentName[],
  prefix: string,
): Case[] {
  return kinds.flatMap(kind =>
    moments.map(moment => caseOf(kind, moment, prefix)),
  );
}

/** A few of those of every kind that the first kind has them all of. */
export function sample(prefix: string): Case[] {
  const [first, ...others] = KIND_NAMES;
  return [
    ...casesOf([first], MOMENT_NAMES, prefix),
    ...casesOf(others, ['write', 'written', 'waiting', 'outputs'], prefix),
  ];
}

export function valuesOf({ kind, name, namespace }: Case, imageUrl: string) {
  return KINDS[kind].template === 'import'
    ? { name, namespace, version: VERSION, url: imageUrl }
    : { name, namespace, version: VERSION };
}

/** What came of a case, as far as it is looked at. */
export function outcomeOf({ disk, task }: Result) {
  return {
    status: task.status,
    // For the reader of a failure.
    log: task.status === 'completed' ? undefined : task.log,
    output: task.output,
    claimUids: disk.claimUids,
    dataVolumes: disk.dataVolumeUids.length,
    persistentVolumes: disk.persistentVolumes,
    longhornVolumes: disk.longhornVolumes.length,
    claimPhase: disk.claim.status.phase,
  };
}

/** What must have come of it: one disk, and a finished task that names it. */
export function oneDisk(
  { kind, claim, namespace, name }: Case,
  { disk }: Result,
): ReturnType<typeof outcomeOf> {
  const isImage = KINDS[kind].template === 'import';
  const { uid } = disk.claim.metadata;
  const state = isImage ? 'ready' : 'usable';
  return {
    status: 'completed',
    log: undefined,
    output: {
      cluster: 'dev',
      namespace,
      claimName: claim,
      uid,
      size: '128Mi',
      image: isImage ? name : 'base',
      version: VERSION,
      state,
      volumesSnippet: expect.stringContaining(`claimName: ${claim}\n`),
      checkedUid: uid,
      checkedState: state,
    },
    claimUids: [uid],
    dataVolumes: KINDS[kind].dataVolumes,
    persistentVolumes: [disk.claim.spec.volumeName],
    longhornVolumes: 1,
    claimPhase: 'Bound',
  };
}
