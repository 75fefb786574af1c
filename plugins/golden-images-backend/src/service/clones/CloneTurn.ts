import type { AuthService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import type { CurrentMembership, Person } from '../../auth';
import type { CarryOut, TurnOutcome } from '../../control';
import type { CloneRequestRow } from '../../database';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';
import { asBackstageError } from '../clusterErrors';
import { clusterText } from '../clusterText';
import { Verdict } from '../preflight';
import { ProblemsError } from '../Problems';
import type { WaitAgreement } from '../waitAgreement';
import type { Clones } from './Clones';
import { reasonOf } from './cloneProblem';

const LATER_MS = 30_000;

/** What is kept of a request while it waits. */
export interface StoredClone {
  request: CloneRequest;
  person: Person;
  agreement: WaitAgreement;
}

/**
 * Writes clones whose turn has come. Who asked is authorised again, by what
 * they own now: the namespace, the entity and their groups may have changed.
 */
export class CloneTurn {
  readonly #clones: Clones;
  readonly #membership: CurrentMembership;
  readonly #auth: AuthService;

  constructor(options: {
    clones: Clones;
    membership: CurrentMembership;
    auth: AuthService;
  }) {
    this.#clones = options.clones;
    this.#membership = options.membership;
    this.#auth = options.auth;
  }

  readonly carryOut: CarryOut = async row => {
    try {
      return await this.#write(row);
    } catch (error) {
      return asOutcome(error, row);
    }
  };

  async #write(row: CloneRequestRow): Promise<TurnOutcome> {
    const { request, person, agreement } = row.request as StoredClone;
    const credentials = await this.#auth.getOwnServiceCredentials();
    const now = await this.#membership.of(person, credentials);
    const { order, namespace } = await this.#clones.order(
      { ...request, cluster: row.cluster },
      { ...now, credentials },
    );
    const kept = { ...order, agreement };
    const { planner, writer } = this.#clones;
    const earlier = await writer.earlier(kept, false);
    if (earlier) return written(earlier.object.metadata.uid);
    const verdict = new Verdict();
    const draft = await planner.plan(kept, namespace, verdict);
    verdict.problems.throwIfAny();
    if (!draft) return { outcome: 'refused', reason: 'turn-refused' };
    const { source } = draft;
    const imageKey = `${source.namespace}/${source.name}`;
    if (imageKey !== row.imageKey) return { outcome: 'moved', imageKey };
    const result = await writer.write(kept, draft, false);
    return written(result.object.metadata.uid);
  }
}

function written(uid: string | undefined): TurnOutcome {
  return { outcome: 'written', uid: uid ?? '' };
}

/** Final, or later: what time may heal, and a cluster or a service that does not answer. */
function asOutcome(error: unknown, row: CloneRequestRow): TurnOutcome {
  if (error instanceof ProblemsError) {
    const { reason, temporary } = reasonOf(error.problems);
    const { message } = error;
    return temporary
      ? { outcome: 'later', reason, message, afterMs: LATER_MS }
      : { outcome: 'refused', reason, message };
  }
  const plain = asBackstageError(error, row.cluster);
  const message = isError(plain) ? clusterText(plain.message) : undefined;
  const quota =
    error instanceof KubernetesApiError && /exceeded quota/.test(error.message);
  const name = isError(plain) ? plain.name : '';
  if (quota)
    return { outcome: 'later', reason: 'quota', message, afterMs: LATER_MS };
  if (['NotAllowedError', 'InputError', 'NotFoundError'].includes(name)) {
    return { outcome: 'refused', reason: 'turn-refused', message };
  }
  if (name === 'ConflictError') {
    return { outcome: 'refused', reason: 'name-taken', message };
  }
  return { outcome: 'unavailable', message };
}
