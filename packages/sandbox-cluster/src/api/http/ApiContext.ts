import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Definitions } from '../definitions';
import type { Registry } from '../registry';
import type { Store } from '../store';
import type { Clock } from '../types';
import type { Authorizer } from '../rbac/Authorizer';
import type { User } from '../rbac/User';
import type { Tokens } from './auth';

/** What every request is answered with. */
export interface ApiContext {
  store: Store;
  definitions: Definitions;
  registry: Registry;
  clock: Clock;
  tokens: Tokens;
  authorizer: Authorizer;
  /** Resolves once everything that was written is on disk. */
  persisted: () => Promise<void>;
  /** Ends with the server. */
  closing: AbortSignal;
}

/** One request, with what was found out about it. */
export interface ApiRequest {
  context: ApiContext;
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
  user: User;
  warnings: string[];
}
