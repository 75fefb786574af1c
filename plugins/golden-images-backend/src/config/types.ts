import type { CloneLimits } from './cloneLimits';

/** How a cluster is reached. */
export type ClusterConnectionConfig =
  | { type: 'kubeconfig'; path: string; context?: string }
  | { type: 'in-cluster' }
  /** What is configured cannot be used: which key, why, and what to do. */
  | { type: 'unusable'; message: string }
  | {
      type: 'url';
      url: string;
      token?: string;
      /** PEM in base64. */
      caData?: string;
      /** Path of a PEM file, which is read for each connection: it may be replaced. */
      caFile?: string;
    };

/** One entry of `goldenImages.clusters[]`, with defaults applied. */
export interface ClusterConfig {
  name: string;
  title?: string;
  connection: ClusterConnectionConfig;
  /** What Backstage's Kubernetes plugin calls it, where it is configured there. */
  kubernetesPluginName?: string;
  /** `cluster`, or the namespaces that are listed and watched one by one. */
  scope: 'cluster' | string[];
  /** Namespaces in which golden images live; at least one. The first is the default. */
  imageNamespaces: string[];
  /** Storage class of imports that name none; the cluster's default where absent. */
  storageClass?: string;
  /** Defaults where absent. */
  clones?: CloneLimits;
  /** Owners by configuration; they win over the annotation on the namespace. */
  namespaces: {
    name: string;
    owner?: string;
    keepVersions?: number;
    requireVerified?: boolean;
  }[];
  /** Volumes of golden images are kept when their claims are deleted otherwise than by retiring. */
  retain?: boolean;
  /** Versions of an image that are kept, the newest; all where absent. */
  keepVersions?: number;
  /** Of images whose namespace says nothing itself: see `demandsVerification`. */
  requireVerified?: boolean;
}

/** One entry of `goldenImages.imports.allow[]`: it opens exactly itself. */
export interface AllowedImportSource {
  host: string;
  port?: number;
  /** Path prefixes; every path where absent. */
  paths?: string[];
  /** CIDR ranges of private addresses that this host may resolve to. */
  allowAddresses: string[];
  /** Where the backend itself finds the host, which the cluster finds by its name. */
  reachedAt?: { address: string; port: number };
}

export interface GoldenImagesConfig {
  clusters: ClusterConfig[];
  /** Entity refs of users and groups that may do everything. */
  admins: string[];
  imports: { allow: AllowedImportSource[] };
  history: {
    /** How long the history of an object is kept after it is gone. */
    keepForMs: number;
  };
}
