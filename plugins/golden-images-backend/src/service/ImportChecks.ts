import {
  ANNOTATIONS,
  LABELS,
  Quantity,
  ROLE_GOLDEN_IMAGE,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { ImageProber, ImportAllowList } from '../imports';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataSource, ImageOrigin } from '../manifests';
import { importProblems } from './importProblems';
import { addressOf, unverifiedWarning } from './importSource';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory, NamespaceFacts } from './ClusterDirectory';
import { ImageOrigins, originRef } from './origins';
import { ImportSizer, type SizedImport } from './importSize';
import { asProblem } from './Problems';
import type { Preflight, Verdict } from './preflight';
import { verificationProblem } from './verification';

/** What the source of an import was found to be. */
export interface CheckedImport {
  /** The claim or snapshot that an image is made of. */
  origin?: ImageOrigin;
  /** What a look at a file has shown. */
  sized?: SizedImport;
}

/** What an import needs, looked at before anything is written. */
export class ImportChecks {
  readonly #tracking: Tracking;
  readonly #allowList: ImportAllowList;
  readonly #preflight: Preflight;
  readonly #origins: ImageOrigins;
  readonly #sizer: ImportSizer;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    allowList: ImportAllowList;
    preflight: Preflight;
    clock: Clock;
    prober: ImageProber;
  }) {
    this.#origins = new ImageOrigins(options);
    this.#sizer = new ImportSizer(options);
    this.#tracking = options.tracking;
    this.#allowList = options.allowList;
    this.#preflight = options.preflight;
  }

  /**
   * @returns what is to be asked of the cluster, if the verdict holds no problem
   * @throws NotAllowedError when that is not the caller's
   */
  async run(
    request: ImportRequest,
    { caller, signal }: { caller: Caller; signal?: AbortSignal },
    cluster: ClusterConfig,
    namespace: NamespaceFacts,
    verdict: Verdict,
  ): Promise<CheckedImport> {
    const { problems } = verdict;
    const ref = originRef(request, namespace.name);
    const asked = { caller, cluster, imageNamespace: namespace };
    const origin =
      ref && (await this.#origins.resolve(ref, request, asked, verdict));
    const address = addressOf(request.source);
    const refusal =
      address && (await this.#allowList.refusal(address.url, address.field));
    if (refusal !== undefined) {
      problems.add(asProblem('source-not-allowed', refusal));
    }
    problems.add(...importProblems(request));
    // What may not be imported is not looked at either.
    const sized =
      refusal === undefined && !ref
        ? await this.#sizer.size(
            request,
            cluster,
            { caller: caller.userRef, signal },
            verdict,
          )
        : undefined;
    if (namespace.exists === false) {
      problems.add({
        field: 'namespace',
        code: 'namespace-missing',
        message: `"${namespace.name}" does not exist in cluster "${cluster.name}"`,
        remedy: 'an administrator can create it',
      });
    } else if (namespace.terminating) {
      problems.add({
        field: 'namespace',
        code: 'namespace-terminating',
        message: `"${namespace.name}" is being deleted`,
        remedy: 'wait until it is gone and made again, or choose another one',
      });
    } else {
      if (!ref) {
        await this.#preflight.import(
          cluster,
          {
            namespace: namespace.name,
            sizeBytes: Quantity.tryParse(sized?.size ?? request.size)?.bytes,
            storageClass: request.storageClass ?? cluster.storageClass,
            withoutScratch: request.source.registry?.pullMethod === 'node',
          },
          verdict,
        );
      }
      const alias = await this.#alias(request, cluster, namespace);
      if (alias.problem !== undefined) {
        problems.add(asProblem('version-used', alias.problem));
      }
      verdict.warn(alias.warning);
    }
    if (origin?.verified) return { origin };
    const unverified = verificationProblem(
      request.source,
      cluster,
      namespace.name,
    );
    problems.add(unverified);
    if (!unverified) verdict.warn(unverifiedWarning(request.source));
    return { origin, sized };
  }

  /** The alias remembers names of versions that were used, and may be somebody else's. */
  async #alias(
    request: ImportRequest,
    cluster: ClusterConfig,
    namespace: NamespaceFacts,
  ): Promise<{ problem?: string; warning?: string }> {
    const alias = await this.#tracking.client(cluster.name).get<DataSource>({
      type: RESOURCES.dataSources,
      namespace: namespace.name,
      name: request.name,
    });
    if (!alias) return {};
    const { labels = {}, annotations = {} } = alias.metadata;
    if (labels[LABELS.role] !== ROLE_GOLDEN_IMAGE) {
      return {
        warning: `DataSource "${namespace.name}/${request.name}" was not made by this product, so it will not be moved to this version`,
      };
    }
    const used = readNames(annotations[ANNOTATIONS.usedVersions]);
    if (!used.includes(request.version ?? '')) return {};
    return {
      problem:
        request.version === undefined
          ? `name: image "${request.name}" was used without a version before; other content is another version, so give one`
          : `version: "${request.version}" of image "${request.name}" was used before; other content is another version`,
    };
  }
}

function readNames(json: string | undefined): unknown[] {
  try {
    const names: unknown = JSON.parse(json ?? '[]');
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}
