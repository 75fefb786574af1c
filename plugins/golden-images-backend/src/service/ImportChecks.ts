import {
  ANNOTATIONS,
  LABELS,
  Quantity,
  ROLE_GOLDEN_IMAGE,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config/types';
import type { ImportAllowList } from '../imports';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { imageObjectName, type DataSource } from '../manifests';
import type { Tracking } from '../tracking';
import { ClusterChecks } from './ClusterChecks';
import type { NamespaceFacts } from './ClusterDirectory';
import { Problems } from './Problems';

/** CDI refuses smaller claims (1.66). */
const MIN_SIZE = Quantity.parse('1Mi');
/** Names of CDI's own temporary claims (1.66). */
const CDI_NAMES = /^(prime|tmp-pvc|tmp-source-pvc|cdi-upload)-|-scratch$/;

/** What an import needs, looked at before anything is written. */
export class ImportChecks {
  readonly #tracking: Tracking;
  readonly #allowList: ImportAllowList;
  readonly #cluster: ClusterChecks;

  constructor(options: { tracking: Tracking; allowList: ImportAllowList }) {
    this.#tracking = options.tracking;
    this.#allowList = options.allowList;
    this.#cluster = new ClusterChecks(options.tracking);
  }

  /**
   * @returns warnings
   * @throws InputError with every problem
   */
  async run(
    request: ImportRequest,
    cluster: ClusterConfig,
    namespace: NamespaceFacts,
  ): Promise<string[]> {
    const problems = new Problems();
    const warnings: string[] = [];
    problems.add(await this.#allowList.refusal(request.source.http.url));
    if (Quantity.parse(request.size).compare(MIN_SIZE) < 0) {
      problems.add('size: must be at least 1Mi');
    }
    const name = imageObjectName(request.name, request.version);
    if (CDI_NAMES.test(name)) {
      problems.add(
        `name: "${name}" looks like a temporary claim of CDI; choose another name or version`,
      );
    }
    if (namespace.exists === false) {
      problems.add(
        `namespace: "${namespace.name}" does not exist in cluster "${cluster.name}"; an administrator can create it`,
      );
    } else if (namespace.terminating) {
      problems.add(`namespace: "${namespace.name}" is being deleted`);
    } else {
      problems.add(await this.#cluster.cdiMissing(cluster, namespace.name));
      const alias = await this.#alias(request, cluster, namespace);
      problems.add(alias.problem);
      if (alias.warning) warnings.push(alias.warning);
    }
    const { problem } = await this.#cluster.storageClass(
      cluster,
      request.storageClass ?? cluster.storageClass,
    );
    problems.add(problem);
    problems.throwIfAny();
    if (!request.source.http.checksum) {
      warnings.push(
        'source.http.checksum is not given, so the bytes will not be verified: a damaged file or an error page may count as an image',
      );
    }
    return warnings;
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
