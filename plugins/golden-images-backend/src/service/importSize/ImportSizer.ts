import {
  Quantity,
  type ImageFormat,
  type ImageProbeResult,
  type ImportRequest,
  type ProbeRequest,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import type { ImageProber } from '../../imports';
import type { Tracking } from '../../tracking';
import { addressOf } from '../importSource';
import type { Preflight, Verdict } from '../preflight';
import { findClass } from '../preflight/storageClass';
import { autoSize, neededSize } from './autoSize';
import { asResult, type KnownLook, type Look } from './Look';
import { probeTarget } from './probeTarget';
import { readVolumeFacts } from './readVolumeFacts';

/** For whom an image is looked at, and as long as they are there. */
export interface Asker {
  caller: string;
  signal?: AbortSignal;
}

/** What is asked of the cluster, and what is known of the disk. */
export interface SizedImport {
  /** `undefined` when `auto` cannot be told; then the verdict says why. */
  size?: string;
  format?: ImageFormat;
  virtualSizeBytes?: number;
}

/** Looks at an image before its import, and says what its volume must have. */
export class ImportSizer {
  readonly #tracking: Tracking;
  readonly #preflight: Preflight;
  readonly #prober: ImageProber;

  constructor(options: {
    tracking: Tracking;
    preflight: Preflight;
    prober: ImageProber;
  }) {
    this.#tracking = options.tracking;
    this.#preflight = options.preflight;
    this.#prober = options.prober;
  }

  /** @throws the signal's reason when aborted */
  async look(
    request: ProbeRequest,
    cluster: ClusterConfig,
    asker: Asker,
  ): Promise<ImageProbeResult> {
    return asResult(request.source, await this.#look(request, cluster, asker));
  }

  /**
   * What is to be asked of the cluster. What speaks against it is in the verdict.
   *
   * @throws the signal's reason when aborted
   */
  async size(
    request: ImportRequest,
    cluster: ClusterConfig,
    asker: Asker,
    verdict: Verdict,
  ): Promise<SizedImport> {
    const look = await this.#look(request, cluster, asker);
    verdict.facts.image = asResult(request.source, look);
    const explicit = request.size === 'auto' ? undefined : request.size;
    if (look.outcome === 'refused') {
      const { code, message, remedy } = look;
      const field = addressOf(request.source)?.field ?? 'source';
      verdict.problems.add({ field, code, message, remedy });
      return { size: explicit };
    }
    if (look.outcome === 'unknown') {
      if (explicit !== undefined) {
        // Of some sources that is so in any case, and nobody can change it.
        if (look.code === 'not-looked-at') {
          verdict.valueOf('the image', { known: false, why: look.message });
        } else {
          verdict.warn(`The image could not be looked at: ${look.message}.`);
        }
        return { size: explicit };
      }
      verdict.problems.add({
        field: 'size',
        code: 'size-unknown',
        message: `"auto" is not possible: ${look.message}`,
        remedy: look.remedy,
      });
      return {};
    }
    verdict.warn(...look.facts.notes);
    return sized(explicit, look, verdict);
  }

  async #look(
    request: ProbeRequest,
    cluster: ClusterConfig,
    { caller, signal }: Asker,
  ): Promise<Look> {
    const content = request.contentType ?? 'kubevirt';
    const target = probeTarget(request.source, content);
    const outcome =
      'outcome' in target
        ? target
        : await this.#prober.probe(target, { caller, signal });
    if (outcome.outcome !== 'known') return outcome;
    const asked = request.storageClass ?? cluster.storageClass;
    const classes = await this.#tracking.storageClasses(cluster.name);
    const read = await readVolumeFacts(
      this.#preflight.facts(cluster.name),
      findClass(classes, asked)?.name ?? asked,
      request.volumeMode ?? 'Filesystem',
    );
    return { ...outcome, ...read };
  }
}

function sized(
  explicit: string | undefined,
  { facts, volume, assumed }: KnownLook,
  verdict: Verdict,
): SizedImport {
  const { format, virtualSizeBytes } = facts;
  const auto = autoSize(virtualSizeBytes, volume);
  if (explicit === undefined) {
    verdict.warn(...assumed);
    return { size: auto.toString(), format, virtualSizeBytes };
  }
  const asked = Quantity.parse(explicit);
  const disk = Quantity.ofBytes(virtualSizeBytes);
  if (asked.compare(disk) < 0) {
    verdict.problems.add({
      field: 'size',
      code: 'too-small',
      message: `the disk inside has ${disk}, which does not fit into ${explicit}`,
      remedy: `ask for "${auto}", or for "auto"`,
    });
  } else if (asked.compare(neededSize(virtualSizeBytes, volume)) < 0) {
    verdict.warn(
      `A file system takes part of ${explicit}, so that the disk of ${disk} inside may not fit: "auto" would ask for ${auto}.`,
    );
  } else if (asked.compare(auto) < 0) {
    verdict.warn(
      `The size ${explicit} is less than the ${auto} that "auto" would ask for.`,
    );
  }
  return { size: explicit, format, virtualSizeBytes };
}
