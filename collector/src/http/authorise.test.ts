import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import type { Asked, Verdict } from './authorise.ts';
import { ROUTES } from './routes.ts';
import { startServer, type RunningServer } from './server.ts';
import { ask, type Reply } from './test-client.ts';
import { serverOptions } from './test-ports.ts';

/** Whose token it is says what the reviews answer. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  good: { outcome: 'allowed', user: 'prometheus' },
  expired: { outcome: 'unauthenticated', user: '' },
  powerless: { outcome: 'forbidden', user: 'someone' },
  unjudged: { outcome: 'unavailable', user: '' },
};
const PROBLEM = 'application/problem+json; charset=utf-8';

const asked: Asked[] = [];
let server: RunningServer;
beforeAll(async () => {
  const authorise = async (question: Asked): Promise<Verdict> => {
    asked.push(question);
    return VERDICTS[question.token] ?? { outcome: 'unauthenticated', user: '' };
  };
  server = await startServer(serverOptions({ authorise }));
});
afterAll(() => server.close(0));

// Who may report is not judged here.
const read = ROUTES.filter((route) => !('reports' in route));
const paths = read.map(({ path, open }) => ({ path: fill(path), open }));
const closed = [...paths.flatMap(({ path, open }) => (open ? [] : [path])), '/nowhere', '/api/v1/heartbeat'];

function fill(path: string): string {
  return path.replace('{namespace}', 'kube-system').replace('{daemonset}', 'agent').replace('{node}', 'node-1');
}

function get(path: string, authorization?: string, method = 'GET'): Promise<Reply> {
  return ask(server.url + path, { method, headers: authorization === undefined ? {} : { authorization } });
}

const CASES: readonly (readonly [name: string, header: string | undefined, status: number, challenge?: string])[] = [
  ['no token', undefined, 401, 'Bearer'],
  ['another scheme', 'Basic YTpi', 401, 'Bearer'],
  ['an empty token', 'Bearer ', 401, 'Bearer'],
  ['two tokens', 'Bearer good good', 401, 'Bearer'],
  ['what is no token', 'Bearer "good"', 401, 'Bearer'],
  ['an expired token', 'Bearer expired', 401, 'Bearer error="invalid_token"'],
  ['no permission', 'Bearer powerless', 403],
  ['reviews that fail', 'Bearer unjudged', 503],
];

test.each(closed.flatMap((path) => CASES.map(([name, ...row]) => ({ path, name, row }))))(
  '$path with $name is refused, as a problem with its mend',
  async ({ path, row: [header, status, challenge] }) => {
    const reply = await get(path, header);
    expect([reply.status, reply.headers['content-type']]).toEqual([status, PROBLEM]);
    expect(reply.headers['www-authenticate']).toBe(challenge);
    expect(JSON.parse(reply.body.toString())).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^\w+/),
      status,
      // A mend.
      detail: expect.stringMatching(/; (send|bind|try) /),
    });
  },
);

test.each(closed)('%s is answered to who may ask, whichever way the scheme is spelt', async (path) => {
  const isRoute = paths.some((route) => route.path === path);
  for (const header of ['Bearer good', 'bearer   good ']) {
    expect((await get(path, header)).status).toBe(isRoute ? 200 : 404);
  }
  expect((await get(path, 'Bearer powerless', 'DELETE')).status).toBe(403);
  expect((await get(path, 'Bearer good', 'DELETE')).status).toBe(isRoute ? 405 : 404);
});

test('the probes alone are open, whatever is sent along', async () => {
  const open = paths.flatMap((route) => (route.open ? [route.path] : []));
  expect(open).toEqual(['/healthz', '/readyz']);
  for (const path of open) {
    for (const header of [undefined, 'Bearer expired', 'nonsense']) expect((await get(path, header)).status).toBe(200);
  }
});

test.each(['/healthz/', '/HEALTHZ', '//healthz', '/healthz%20', '/%68ealthz', '/healthz/../metrics', '/readyz;x'])(
  '%s is another path than the probe, and not open',
  async (path) => {
    expect((await get(path)).status).toBe(401);
  },
);

test.each([
  ['/', '/'],
  ['/metrics', '/metrics'],
  ['/nowhere/api', '/nowhere/api'],
  ['/api/v1/coverage', '/rollcall/api/v1/coverage'],
  ['/api', '/rollcall/api'],
  ['/apis/x', '/rollcall/apis/x'],
])('to %s the right is that to %s, since to /api/* every account has one', async (path, right) => {
  asked.length = 0;
  await get(path, 'Bearer powerless');
  expect(asked.map((one) => one.path)).toEqual([right]);
});

test('what is judged is the path as it was sent, without the query, and the method in lower case', async () => {
  asked.length = 0;
  await get('/api/v1/coverage/%6Bube-system/agent?x=/metrics', 'Bearer powerless', 'PATCH');
  expect(asked).toEqual([{ token: 'powerless', path: '/rollcall/api/v1/coverage/%6Bube-system/agent', verb: 'patch' }]);
});

test.each(['/API/v1/coverage', '/api/v1/coverage/', '/METRICS', '/metrics/'])(
  '%s is no second spelling of a route, since permissions are about the first',
  async (path) => {
    expect((await get(path, 'Bearer good')).status).toBe(404);
  },
);

test('a refusal names who asked for what, and never the token', async () => {
  const reply = await get('/metrics?token=powerless', 'Bearer powerless');
  expect(JSON.parse(reply.body.toString())).toMatchObject({
    detail:
      'User "someone" may not get the nonResourceURL /metrics; bind a ClusterRole to it that allows this, such as rollcall-reader.',
  });
  expect(JSON.stringify([reply.headers, reply.body.toString()])).not.toContain('powerless');
});

test('without anybody to judge, everybody is answered', async () => {
  const free = await startServer(serverOptions());
  for (const { path } of paths) expect((await ask(free.url + path)).status).toBe(200);
  await free.close(0);
});

test('GET / lists every route', async () => {
  const { body } = await get('/', 'Bearer good');
  for (const { path } of ROUTES) expect(body.toString()).toContain(`\n${path} `);
});

test('a client that leaves while it is judged is not taken for a listener to the stream', async () => {
  const judged = Promise.withResolvers<void>();
  const answered: unknown[] = [];
  let asked = 0;
  const server = await startServer(
    serverOptions({
      stream: { answer: (request) => void answered.push(request.url), close: () => undefined },
      authorise: async () => {
        asked += 1;
        await judged.promise;
        return { outcome: 'allowed', user: 'ann' };
      },
    }),
  );
  const leaving = request(`${server.url}/api/v1/stream`, { headers: { Authorization: 'Bearer good' } });
  leaving.on('error', () => undefined).end();
  await until(() => asked === 1, 'the judgement');
  const gone = new Promise((resolve) => leaving.once('close', resolve));
  leaving.destroy();
  await gone;
  // Another request behind it shows that the server has seen the end of the connection.
  await ask(`${server.url}/healthz`);
  judged.resolve();
  await server.close(1_000);
  expect(answered).toEqual([]);
});
