import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import {
  answerJson,
  answerStatus,
  connectTo,
  startServer,
  type Exchange,
  type ScriptedServer,
} from '../test-server.ts';
import { recordSpans, type RecordedSpan } from '../test-spans.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { readJson, write } from './requests.ts';

let time: FakeTime;
let server: ScriptedServer;
let connection: Connection;
let recorded: readonly RecordedSpan[];
let script: (exchange: Exchange) => void;

beforeEach(async () => {
  time = createFakeTime();
  script = (exchange) => answerJson(exchange, 200, {});
  server = await startServer((exchange) => script(exchange));
  const record = recordSpans();
  recorded = record.recorded;
  connection = await connectTo(server, time, record.spans);
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('the span of a request', () => {
  it('says what was asked of whom, without the query, and how it was answered', async () => {
    await readJson(connection, '/api/v1/nodes/n1?token=secret');
    expect(recorded).toEqual([
      {
        name: 'kubeRequest',
        attributes: {
          'http.request.method': 'GET',
          'url.template': '/api/v1/nodes/{name}',
          'url.full': `${server.url}/api/v1/nodes/n1`,
          'server.address': '127.0.0.1',
          'server.port': Number(new URL(server.url).port),
          'http.response.status_code': 200,
        },
        errorType: undefined,
        ended: 1,
      },
    ]);
  });

  it('counts how often a busy server was asked again', async () => {
    script = (exchange) => (exchange.index < 2 ? answerStatus(exchange, 429, 'busy') : answerJson(exchange, 200, {}));
    const written = write(connection, { method: 'POST', path: '/apis/a.b/v1/namespaces/x/things', body: {} });
    for (const count of [1, 2]) {
      await until(() => server.exchanges.length === count && time.pending().includes(1000), 'the pause');
      time.advance(1000);
    }
    await written;
    expect(recorded).toMatchObject([
      { ended: 1, attributes: { 'http.request.resend_count': 2, 'http.response.status_code': 200 } },
    ]);
  });

  it.each([
    ['that is refused', (exchange: Exchange) => answerStatus(exchange, 403, 'no'), 'Forbidden', 403],
    ['that nobody answers', (exchange: Exchange) => exchange.response.destroy(), 'Network', undefined],
  ])('of one %s has failed', async (_, answer, errorType, status) => {
    script = answer;
    await expect(readJson(connection, '/version')).rejects.toMatchObject({ code: errorType });
    expect(recorded).toMatchObject([{ errorType, ended: 1 }]);
    expect(recorded[0]?.attributes['http.response.status_code']).toBe(status);
  });

  it.each([
    ['/api/v1/namespaces/x', '/api/v1/namespaces/{name}'],
    ['/api/v1/namespaces/x/pods', '/api/v1/namespaces/{namespace}/pods'],
    ['/api/v1/namespaces/x/pods/p/log', '/api/v1/namespaces/{namespace}/pods/{name}/log'],
    ['/apis/a.b/v1/things', '/apis/a.b/v1/things'],
    ['/apis/a.b/v1/things/t/status', '/apis/a.b/v1/things/{name}/status'],
    ['/apis/a.b/v1/namespaces/x/things/t', '/apis/a.b/v1/namespaces/{namespace}/things/{name}'],
    ['/version', '/version'],
  ])('names %s by the template %s', async (path, template) => {
    await readJson(connection, path);
    expect(recorded[0]?.attributes['url.template']).toBe(template);
  });
});
