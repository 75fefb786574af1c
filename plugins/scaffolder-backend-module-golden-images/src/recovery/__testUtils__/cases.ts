import type { SeenDisk } from './Cluster';
import { MOMENT_NAMES, MOMENTS, type MomentName } from './moments';

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

/** What must have come of it: one disk, and a finished task that names it. */
export function expectOneDisk(
  { kind, claim, namespace, name }: Case,
  result: {
    disk: SeenDisk;
    task: { status: string; output?: Record<string, string>; log: string };
  },
) {
  const { disk, task } = result;
  const isImage = KINDS[kind].template === 'import';
  const { uid } = disk.claim.metadata;
  const state = isImage ? 'ready' : 'usable';
  expect({
    status: task.status,
    log: task.status === 'completed' ? '' : task.log,
  }).toEqual({ status: 'completed', log: '' });
  expect(disk.claimUids).toEqual([uid]);
  expect(disk.dataVolumeUids).toHaveLength(KINDS[kind].dataVolumes);
  expect(disk.persistentVolumes).toEqual([disk.claim.spec.volumeName]);
  expect(disk.longhornVolumes).toHaveLength(1);
  expect(disk.claim.status.phase).toBe('Bound');
  expect(task.output).toEqual({
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
  });
}
