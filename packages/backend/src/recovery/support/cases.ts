import { MOMENT_NAMES, MOMENTS, type MomentName } from './moments';

/** A step that writes nothing to the cluster and waits for nothing. */
const WITHOUT_CLUSTER: readonly MomentName[] = [
  'request',
  'answer',
  'outputs',
  'stepped',
  'completion',
];

/** What a template does, and the moments that it has. */
export const KINDS = {
  'clone in another namespace': {
    short: 'other',
    template: 'clone',
    namespace: 'team-a',
    leaves: 'disk',
    dataVolumes: 1,
    moments: MOMENT_NAMES,
  },
  'clone in the same namespace': {
    short: 'same',
    template: 'clone',
    namespace: 'golden-images',
    leaves: 'disk',
    dataVolumes: 0,
    moments: MOMENT_NAMES,
  },
  import: {
    short: 'import',
    template: 'import',
    namespace: 'golden-images',
    leaves: 'disk',
    dataVolumes: 1,
    moments: MOMENT_NAMES,
  },
  'deletion of a clone': {
    short: 'delete',
    template: 'delete',
    namespace: 'team-a',
    leaves: 'nothing',
    dataVolumes: 1,
    moments: MOMENT_NAMES,
  },
  'manifest of a clone': {
    short: 'manifest',
    template: 'manifest',
    namespace: 'team-a',
    leaves: 'files',
    dataVolumes: 0,
    moments: WITHOUT_CLUSTER,
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

export const VERSION = '1';

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
    moments
      .filter(moment => hasMoment(kind, moment))
      .map(moment => caseOf(kind, moment, prefix)),
  );
}

export function hasMoment(kind: KindName, moment: MomentName): boolean {
  const moments: readonly MomentName[] = KINDS[kind].moments;
  return moments.includes(moment);
}

/** A few of those of every kind that the first kind has them all of. */
export function sample(prefix: string): Case[] {
  const [first, ...others] = KIND_NAMES;
  return [
    ...casesOf([first], MOMENT_NAMES, prefix),
    ...casesOf(
      others,
      ['write', 'written', 'answer', 'waiting', 'outputs'],
      prefix,
    ),
  ];
}

export function valuesOf({ kind, name, namespace }: Case, imageUrl: string) {
  return KINDS[kind].template === 'import'
    ? { name, namespace, version: VERSION, url: imageUrl }
    : { name, namespace, version: VERSION };
}
