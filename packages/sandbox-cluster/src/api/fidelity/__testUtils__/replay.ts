import { ApiClient, type Answer } from '../../__testUtils__/ApiClient';
import { child, isObject } from '../../types';
import { BEFORE, CORRECTIONS } from './before';
import { prepareCluster } from './prepareCluster';
import type { RecordedCase, Recording } from './recordings';
import { Substitutions } from './Substitutions';

export interface Server {
  url: string;
  /** By user of the recordings. A case of a user without one counts as not agreeing. */
  tokens: Record<string, string>;
}

/** Of an answer what is compared: the status, the reason of a failure, and what a watch sent. */
export interface Outcome {
  status: number;
  reason?: string;
  events?: string[];
}

export interface ReplayedCase {
  file: string;
  title: string;
  expected: Outcome;
  actual: Outcome;
  agrees: boolean;
  message: { expected?: string; actual?: string };
}

/**
 * Sends every recorded request to a server, after making there what must exist
 * before, and compares the answers. Any Kubernetes API with CDI's and
 * Longhorn's definitions will do.
 */
export async function replay(
  server: Server,
  recordings: Recording[],
): Promise<ReplayedCase[]> {
  const admin = new ApiClient(server.url, server.tokens.admin);
  await prepareCluster(admin, recordings);
  const replayed: ReplayedCase[] = [];
  for (const { name, cases } of recordings) {
    const substitutions = new Substitutions();
    for (const recorded of cases) {
      await BEFORE[name]?.[recorded.title]?.(admin);
      const answer = await send(
        server,
        corrected(name, recorded),
        substitutions,
      );
      const body = answer && bodyOf(answer, recorded);
      substitutions.learn(recorded.response.body, body);
      const expected = outcomeOf(
        recorded.response.status,
        recorded.response.body,
        isWatch(recorded),
      );
      const actual: Outcome = answer
        ? outcomeOf(answer.status, body, isWatch(recorded))
        : { status: 0 };
      replayed.push({
        file: name,
        title: recorded.title,
        expected,
        actual,
        agrees: JSON.stringify(expected) === JSON.stringify(actual),
        message: {
          expected: messageOf(recorded.response.body),
          actual: messageOf(body),
        },
      });
    }
  }
  return replayed;
}

async function send(
  server: Server,
  { request }: RecordedCase,
  substitutions: Substitutions,
): Promise<Answer | undefined> {
  const token = server.tokens[request.user];
  if (token === undefined) return undefined;
  const client = new ApiClient(server.url, token);
  const { body } = request;
  const headers: Record<string, string> = {
    accept: request.accept ?? '*/*',
    'user-agent': 'python-requests/2.32',
    ...(request.contentType ? { 'content-type': request.contentType } : {}),
    ...request.headers,
  };
  return client.send(
    request.method,
    substitutions.path(request.path),
    body === null || body === undefined ? undefined : substitutions.body(body),
    headers,
  );
}

function corrected(file: string, recorded: RecordedCase): RecordedCase {
  const correct = CORRECTIONS[file]?.[recorded.title];
  const { request } = recorded;
  if (!correct || !isObject(request.body)) return recorded;
  return { ...recorded, request: { ...request, body: correct(request.body) } };
}

function isWatch({ request }: RecordedCase): boolean {
  return /[?&]watch=/.test(request.path);
}

function bodyOf(answer: Answer, recorded: RecordedCase): unknown {
  if (!isWatch(recorded)) {
    try {
      return JSON.parse(answer.text);
    } catch {
      return answer.text;
    }
  }
  return answer.text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        return line;
      }
    });
}

function outcomeOf(status: number, body: unknown, watched: boolean): Outcome {
  if (!watched) {
    const reason = status >= 400 ? child(body, 'reason') : undefined;
    return { status, ...(typeof reason === 'string' ? { reason } : {}) };
  }
  const lines = Array.isArray(body) ? body : [];
  const [first] = lines;
  if (status >= 400) {
    const reason = child(first, 'reason');
    return { status, ...(typeof reason === 'string' ? { reason } : {}) };
  }
  const events = lines.filter(isObject).map(event => {
    const code = child(event, 'object', 'code');
    return event.type === 'ERROR' ? `ERROR ${code}` : String(event.type);
  });
  return { status, events };
}

function messageOf(body: unknown): string | undefined {
  const message = child(Array.isArray(body) ? body[0] : body, 'message');
  return typeof message === 'string' ? message : undefined;
}
