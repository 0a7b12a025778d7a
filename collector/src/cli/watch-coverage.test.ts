import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicySummary, StreamMessage } from '@rollcall/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { coverage } from './coverage.ts';
import { runCommand, type Outcome } from './test-run.ts';
import { answer, startTestCollector, streamText, summaryOf, type TestCollector } from './test-collector.ts';

let server: TestCollector;
let policies: readonly PolicySummary[];
let streams: { readonly request: IncomingMessage; readonly response: ServerResponse }[];
let abort: AbortController;
let written: { out: string; err: string };

beforeEach(async () => {
  policies = [summaryOf('a', 3), summaryOf('b', 2)];
  streams = [];
  abort = new AbortController();
  written = { out: '', err: '' };
  server = await startTestCollector((request, response) => {
    if (request.url === '/api/v1/coverage') return answer(response, { items: policies });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 3000\n\n');
    streams.push({ request, response });
  });
});
afterEach(async () => {
  abort.abort();
  await server.stop();
});

function watch(...argv: readonly string[]): Promise<number> {
  return coverage.run(['--watch', '--server', server.url, ...argv], {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => '',
    signal: abort.signal,
  });
}

function tell(id: string, message: StreamMessage): void {
  streams.at(-1)?.response.write(streamText(id, message));
}

/** Times of day are whatever they are. */
function shown(): string {
  return written.out.replaceAll(/\d\d:\d\d:\d\dZ/g, 'hh:mm:ssZ');
}

const MOVED: StreamMessage = {
  event: 'transition',
  namespace: 'agents',
  daemonset: 'a',
  transition: {
    sequence: 1,
    cluster: '',
    policyUid: 'uid-a',
    nodeUid: 'n7',
    node: 'node-7',
    pool: 'none',
    from: 'covered',
    to: 'uncovered',
    reason: 'CrashLoop',
    evidence: 'Container a\nof pod a-7',
    wallMs: Date.UTC(2026, 0, 1),
  },
};

test('the table comes first, then a row for each summary that is another one, and a line for each node that moved', async () => {
  const ended = watch();
  await until(() => written.out.includes('agents      b'), 'the table');
  tell('1', { event: 'policy', summary: summaryOf('a', 3) });
  tell('2', MOVED);
  tell('3', { event: 'policy', summary: { ...summaryOf('a', 2), purpose: 'changed' } });
  tell('4', { event: 'policy', summary: { ...summaryOf('a', 2), purpose: 'and again' } });
  tell('5', { event: 'transitions', namespace: 'agents', daemonset: 'b', count: 12 });
  tell('6', { event: 'policyGone', namespace: 'agents', daemonset: 'b' });
  await until(() => written.out.includes('is gone'), 'the last line');
  expect(shown()).toBe(`\
TIME        NAMESPACE   DAEMONSET   EXPECTED   COVERED   UNCOVERED   UNOBSERVED   EXCUSED   COVERAGE   WORST REASON
hh:mm:ssZ   agents      a           3          3         0           0            0         100.00%    -
hh:mm:ssZ   agents      b           3          2         1           0            0         66.66%     CrashLoop
hh:mm:ssZ   agents/a node-7: covered -> uncovered, CrashLoop | Container a of pod a-7
hh:mm:ssZ   agents      a           3          2         1           0            0         66.66%     CrashLoop
hh:mm:ssZ   agents/b 12 more nodes moved
hh:mm:ssZ   agents/b the policy is gone
`);
  abort.abort();
  expect(await ended).toBe(0);
  expect(written.err).toBe('');
});

test('JSON is one message a line', async () => {
  const ended = watch('-o', 'json', 'agents/a');
  await until(() => written.out !== '', 'the list');
  tell('1', { event: 'policy', summary: summaryOf('b', 3) });
  tell('2', MOVED);
  await until(() => written.out.includes('transition'), 'the transition');
  const messages = written.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamMessage);
  expect(messages).toEqual([{ event: 'policy', summary: summaryOf('a', 3) }, MOVED]);
  abort.abort();
  expect(await ended).toBe(0);
});

test('after a cut it goes on behind the last message, and says so', async () => {
  const ended = watch();
  await until(() => written.out.includes('agents      b'), 'the table');
  tell('41', { event: 'policy', summary: summaryOf('a', 1) });
  await until(() => written.out.includes('33.33%'), 'the row');
  streams.at(-1)?.response.destroy();
  await until(() => streams.length === 2, 'the second stream');
  expect(streams.at(-1)?.request.headers['last-event-id']).toBe('41');
  tell('42', { event: 'policy', summary: summaryOf('a', 0) });
  await until(() => written.out.includes(' 0.00%'), 'the row behind the cut');
  expect(written.err).toMatch(/^# \S+Z cut: .*; trying again\n# \S+Z connected again\n$/);
  abort.abort();
  expect(await ended).toBe(0);
});

test('a stream that the server ends in good order is no trouble', async () => {
  const ended = watch();
  await until(() => written.out.includes('agents      b'), 'the table');
  streams.at(-1)?.response.end('id: 9\n\n');
  await until(() => streams.length === 2, 'the second stream');
  expect(streams.at(-1)?.request.headers['last-event-id']).toBe('9');
  expect(written.err).not.toContain('cut');
  abort.abort();
  expect(await ended).toBe(0);
});

test('when messages were lost everything is read anew, also what is gone', async () => {
  const ended = watch();
  await until(() => written.out.includes('agents      b'), 'the table');
  policies = [summaryOf('a', 1)];
  tell('', { event: 'resync', why: 'messages were lost' });
  await until(() => written.out.includes('33.33%'), 'the new row');
  expect(shown()).toContain('agents/b the policy is gone\n');
  expect(written.err).toMatch(/^# \S+Z read anew: messages were lost\n$/);
  abort.abort();
  expect(await ended).toBe(0);
});

test('at the beginning nothing there is an error that says how to begin', async () => {
  const { code, err } = await runCommand(coverage, ['--watch', '--server', 'http://127.0.0.1:1']);
  expect({ code, isHelp: err.includes('port-forward') }).toEqual({ code: 3, isHelp: true });
});

test.each([
  [['--watch', '--policy', 'x'], '--policy is not for --watch'],
  [['--watch', '--fail-below', '9'], '--fail-below is not for --watch'],
  [['--watch', '-o', 'yaml'], 'use table or json'],
  [['--watch', '--server', 'x'], 'is no address'],
  [['--server', 'http://a'], '--server goes with --watch'],
])('%j is refused', async (argv, why) => {
  const outcome: Outcome = await runCommand(coverage, argv);
  expect(outcome.code).toBe(2);
  expect(outcome.err).toContain(why);
});
