import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { LabelRequirement } from './labels';

export interface NamespaceRow {
  cluster: string;
  name: string;
  /** Annotation `golden-images.backstage.io/owner`; configuration may say otherwise. */
  annotatedOwner?: string;
  terminating: boolean;
}

/** An image or a volume as it was last derived, with what a wait needs to know. */
export interface Tracked<T extends Image | Volume> {
  object: T;
  /** Annotation `request-hash` of the object; absent when it is not ours. */
  requestHash?: string;
  /** A wait should throw now. */
  giveUp: boolean;
  stage: 'accepted' | 'bound' | 'copied' | 'usable';
  /** uid of the DataVolume, where there is one, else of the claim. */
  ownerUid?: string;
  readyBefore: boolean;
}

/** What pages and waits read: the projection of all clusters. Answers come from the database alone. */
export interface GoldenImagesReader {
  listImages(filter: {
    cluster?: string;
    namespace?: string;
  }): Promise<Tracked<Image>[]>;
  listVolumes(filter: {
    cluster?: string;
    namespace?: string;
    entityRef?: string;
    /** Value of the label `backstage.io/kubernetes-id`. */
    kubernetesId?: string;
  }): Promise<Tracked<Volume>[]>;
  /** Volumes in these clusters whose labels meet all requirements. */
  selectVolumes(selector: {
    requirements: LabelRequirement[];
    clusters: string[];
    namespace?: string;
  }): Promise<Tracked<Volume>[]>;
  getImage(key: {
    cluster: string;
    namespace: string;
    name: string;
  }): Promise<Tracked<Image> | undefined>;
  getVolume(key: {
    cluster: string;
    namespace: string;
    name: string;
  }): Promise<Tracked<Volume> | undefined>;
  listNamespaces(filter: {
    cluster?: string;
    /** Only those. */
    names?: string[];
  }): Promise<NamespaceRow[]>;
}
