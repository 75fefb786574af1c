import type {
  ImageFormat,
  ProbeCode,
  ProblemCode,
} from '@golden-images/plugin-golden-images-common';

/** What the beginning of a file says of the disk inside. */
export interface ImageFacts {
  format: ImageFormat;
  /** Length of the disk that CDI makes of it. */
  virtualSizeBytes: number;
  /** What else a person should know, in sentences. */
  notes: string[];
}

/** A code that stands in the way of an import, too. */
export type RefusalCode = Extract<ProbeCode, ProblemCode>;
type UnknownCode = Exclude<ProbeCode, RefusalCode>;

/** Why a file is not imported, or not looked at; sentences without their end. */
export interface Objection<C extends ProbeCode> {
  code: C;
  message: string;
  remedy: string;
}

/** What a look at an image ended with. */
export type ProbeOutcome =
  | { outcome: 'known'; facts: ImageFacts }
  /** It may be an image, but its size is not known here. */
  | ({ outcome: 'unknown' } & Objection<UnknownCode>)
  /** An import of it would fail, or end as a disk full of nonsense. */
  | ({ outcome: 'refused' } & Objection<RefusalCode>);

/** The file is no image that can be imported. */
export class ImageRefused extends Error {
  readonly objection: Objection<RefusalCode>;

  constructor(objection: Objection<RefusalCode>) {
    super(objection.message);
    this.name = 'ImageRefused';
    this.objection = objection;
  }
}

/** Nothing can be said of the file. */
export class ImageUnknown extends Error {
  readonly objection: Objection<UnknownCode>;

  constructor(objection: Objection<UnknownCode>) {
    super(objection.message);
    this.name = 'ImageUnknown';
    this.objection = objection;
  }
}

/** @throws what was objected to as an outcome; anything else again */
export function asOutcome(error: unknown): ProbeOutcome {
  if (error instanceof ImageRefused) {
    return { outcome: 'refused', ...error.objection };
  }
  if (error instanceof ImageUnknown) {
    return { outcome: 'unknown', ...error.objection };
  }
  throw error;
}
