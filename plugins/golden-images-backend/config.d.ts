import type { HumanDuration } from '@backstage/types';

export interface Config {
  goldenImages?: {
    /**
     * Kubernetes clusters with CDI, and Longhorn where clones are wanted.
     * Name exactly one way of reaching each: `kubeconfig`, `inCluster`, `url`
     * or `fromKubernetesPlugin`.
     */
    clusters?: Array<{
      /** Name by which pages, templates and the API speak of the cluster. */
      name: string;
      title?: string;
      /** Path of a kubeconfig file on the machine of the backend. */
      kubeconfig?: string;
      /** Context of the kubeconfig; its current one where absent. */
      context?: string;
      /** The cluster in which the backend itself runs, by its service account. */
      inCluster?: boolean;
      /** Address of the API server. */
      url?: string;
      /**
       * Token of a service account.
       * @visibility secret
       */
      token?: string;
      /** CA of the API server: PEM in base64, as in a kubeconfig. */
      caData?: string;
      /** CA of the API server: path of a PEM file, which is read for each connection. */
      caFile?: string;
      /**
       * Name of a cluster below `kubernetes.clusterLocatorMethods` of type
       * `config`: its address, token and CA are used.
       */
      fromKubernetesPlugin?: string;
      /**
       * `cluster` lists and watches cluster-wide; a list of namespaces does so
       * in each of them. `cluster` where absent.
       */
      scope?: 'cluster' | string[];
      /** Namespaces in which golden images live; `[golden-images]` where absent. */
      imageNamespaces?: string[];
      /** Storage class of imports that name none; the cluster's default where absent. */
      storageClass?: string;
      /**
       * How many ready versions of an image are kept, the newest. Older ones
       * are retired, but never the current one, one on hold, or one that is
       * being copied. All are kept where absent.
       */
      keepVersions?: number;
      /**
       * Sets the reclaim policy of the volumes of golden images to `Retain`
       * once they are ready. Retiring an image sets it back to `Delete`.
       */
      retain?: boolean;
      /** How many clones are made at once; the others wait for their turn. */
      clones?: {
        /** Unfinished copies at once; 5 where absent. */
        width?: number;
        /** Of them, from one image; as many as `width` where absent. */
        widthPerImage?: number;
        /** A clone that is not bound by then counts no longer; 10 where absent. */
        unboundMinutes?: number;
        /** A bound clone whose copy cannot be seen counts no longer than this; 10 where absent. */
        unknownCopyMinutes?: number;
        /** A request that waits longer fails; 24 where absent. */
        maxWaitHours?: number;
      };
      namespaces?: Array<{
        name: string;
        /** Of images in this namespace; it wins over that of the cluster. */
        keepVersions?: number;
        /**
         * Entity ref of the group or user that owns the namespace. It wins over
         * the annotation `golden-images.backstage.io/owner` on the namespace.
         */
        owner?: string;
        /** Of images in this namespace; it wins over `imports.requireVerified`. */
        requireVerified?: boolean;
      }>;
    }>;
    /** Entity refs of users and groups that may do everything. */
    admins?: string[];
    history?: {
      /**
       * How long the history of an object is kept after it is gone: who asked
       * for it, what happened, when. 90 days where absent.
       */
      keepFor?: HumanDuration | string;
    };
    imports?: {
      /**
       * Demands that the bytes of images are verified, by a checksum (`http`) or
       * a digest (`registry`). Other imports are refused, and images that were
       * made otherwise neither become current nor can be cloned.
       */
      requireVerified?: boolean;
      /** From where images may be imported. Everything else is refused. */
      allow?: Array<{
        /** Host name or IP address, exactly as in the URL. No wildcards. */
        host: string;
        /** The default port of the URL's scheme where absent. */
        port?: number | string;
        /** Path prefixes such as `/images/`; every path where absent. */
        paths?: string[];
        /**
         * CIDR ranges of private addresses that the host may have, such as
         * `10.1.0.0/16`. Link-local addresses are refused in any case.
         */
        allowAddresses?: string[];
        /**
         * Address and port at which the backend itself finds this host, such as
         * `10.1.0.5:8080`, where its name is known only in the cluster. Only
         * looks at an image before its import go there.
         */
        reachedAt?: string;
      }>;
    };
  };
}
