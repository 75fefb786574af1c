import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startApiServer, type ApiServer } from '..';
import { ApiClient } from '../__testUtils__/ApiClient';
import { child, isObject, type Json, type KubeObject } from '../types';
import outOfScope from './protectionOutOfScope.json';
import { prepareProtection } from './__testUtils__/prepareProtection';
import type { Recording } from './__testUtils__/recordings';

const REPORT = join(__dirname, '../../../../../reports/fidelity.json');
const LEAST_AGREEMENT = 0.95;
const WAIT_MS = 5_000;
const POLL_MS = 20;
const GROUPS: Record<string, string> = {
  'alice@platform': 'platform-team',
  'bob@dev': 'developers',
};
const LAST_GROUP = 'real controllers';
const READER = '/api/v1/namespaces/golden-images/pods/prot2-reader';

interface Replayed {
  title: string;
  expected: { status: number; reason?: string };
  actual: { status: number; reason?: string };
  message?: { expected: unknown; actual: unknown };
  agrees: boolean;
}

function readFixture(name: string): unknown {
  const path = join(__dirname, '../__fixtures__', `${name}.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
}

/** What a recorded PUT says of its object, as this server has it. */
async function withOwnIdentity(admin: ApiClient, path: string, body: Json) {
  const live = await admin.get(path.split('?')[0].replace(/\/finalize$/, ''));
  const { uid, resourceVersion } = live.body.metadata;
  return {
    ...body,
    metadata: { ...(body.metadata as Json), uid, resourceVersion },
  };
}

async function untilGone(admin: ApiClient, path: string) {
  const deadline = Date.now() + WAIT_MS;
  while ((await admin.get(path)).status !== 404 && Date.now() < deadline) {
    await new Promise(resolve => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

async function replay(server: ApiServer): Promise<Replayed[]> {
  const { cases, users } = readFixture('protection-v2') as Recording & {
    users: Record<string, string>;
  };
  const admin = new ApiClient(server.url, 'admin');
  const manifests = readFixture('protection-v2-manifests') as KubeObject[];
  await prepareProtection(admin, manifests, Object.keys(users));
  const replayed: Replayed[] = [];
  for (const { title, request, response } of cases) {
    const { method, path } = request;
    let { body } = request;
    if (method === 'PUT' && isObject(body)) {
      body = await withOwnIdentity(admin, path, body);
    }
    // The Pod was gone before the last group; otherwise it would hold the claim.
    if (method === 'DELETE' && title.startsWith(LAST_GROUP)) {
      await admin.delete(READER);
    }
    if (method === 'GET' && response.status === 404) {
      await untilGone(admin, path);
    }
    const group = GROUPS[request.user];
    const headers: Record<string, string> = {
      ...(request.contentType ? { 'content-type': request.contentType } : {}),
      ...(request.user === 'admin' ? {} : { 'impersonate-user': request.user }),
      ...(group ? { 'impersonate-group': group } : {}),
    };
    const answer = await admin.send(method, path, body ?? undefined, headers);
    const outcome = (status: number, from: unknown) => {
      const reason = status >= 400 ? child(from, 'reason') : undefined;
      return { status, ...(typeof reason === 'string' ? { reason } : {}) };
    };
    const expected = outcome(response.status, response.body);
    const actual = outcome(answer.status, answer.body);
    replayed.push({
      title,
      expected,
      actual,
      message: {
        expected: child(response.body, 'message'),
        actual: child(answer.body, 'message'),
      },
      agrees: JSON.stringify(expected) === JSON.stringify(actual),
    });
  }
  return replayed;
}

/** Adds to what the other replay wrote, and leaves that as it is. */
function writeReport(replayed: Replayed[], agree: number) {
  const before: Json = existsSync(REPORT)
    ? JSON.parse(readFileSync(REPORT, 'utf8'))
    : {};
  const disagree = replayed
    .filter(({ agrees }) => !agrees)
    .map(({ title, expected, actual }) => ({
      title,
      expected,
      actual,
      outOfScope: outOfScope.find(other => other.title === title)?.reason,
    }));
  const protection = { agree, total: replayed.length, disagree };
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(
    REPORT,
    `${JSON.stringify({ ...before, protection }, undefined, 2)}\n`,
  );
}

describe('fidelity of protection to a recorded cluster', () => {
  let server: ApiServer;
  let replayed: Replayed[];

  beforeAll(async () => {
    server = await startApiServer({ tokens: { admin: 'admin' } });
    replayed = await replay(server);
  }, 60_000);

  afterAll(() => server.close());

  it('agrees in nearly all cases', () => {
    const agree = replayed.filter(({ agrees }) => agrees).length;
    process.stdout.write(
      `protection fidelity: agree ${agree} of ${replayed.length}\n`,
    );
    writeReport(replayed, agree);
    expect(agree / replayed.length).toBeGreaterThanOrEqual(LEAST_AGREEMENT);
  });

  it('disagrees only where it is declared, with a reason', () => {
    const titles = replayed
      .filter(({ agrees }) => !agrees)
      .map(({ title }) => title);
    expect(titles).toEqual(outOfScope.map(({ title }) => title));
  });

  it('never succeeds where the cluster refused', () => {
    const wrong = replayed.filter(
      ({ expected, actual }) => expected.status >= 400 && actual.status < 300,
    );
    expect(wrong).toEqual([]);
  });
});
