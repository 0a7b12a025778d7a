import { once } from 'node:events';
import type { Spans } from '@rollcall/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../test-time.ts';
import type { Handler } from './handle.ts';
import { templateOf } from './routes.ts';
import { startServer, type RunningServer } from './server.ts';
import { drain, open } from './test-client.ts';
import { serverOptions } from './test-ports.ts';
import { traceRequests } from './trace-requests.ts';

interface Ended {
  readonly attributes: object;
  readonly errorType: string | undefined;
}

function recordSpans(): { readonly spans: Spans; readonly ended: readonly Ended[] } {
  const ended: Ended[] = [];
  const spans: Spans = {
    start: (_, attributes) => {
      let known: object = attributes;
      return {
        set: (more) => void (known = { ...known, ...more }),
        run: (work) => work(),
        end: (errorType) => void ended.push({ attributes: known, errorType }),
      };
    },
  };
  return { spans, ended };
}

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.close(0);
  server = undefined;
});

describe('the span of a request', () => {
  it('is none, and the handler is the same, where nobody traces', () => {
    const handle: Handler = () => undefined;
    expect(traceRequests(undefined, handle)).toBe(handle);
  });

  it('has failed when the collector has', async () => {
    const { spans, ended } = recordSpans();
    const scrape = {
      exposition: () => {
        throw new Error('broken');
      },
      collectorFamilies: async () => [],
    };
    server = await startServer(serverOptions({ spans, scrape }));
    expect((await drain(await open(`${server.url}/metrics`))).status).toBe(500);
    await until(() => ended.length > 0, 'the end');
    expect(ended).toMatchObject([{ errorType: '500', attributes: { 'http.response.status_code': 500 } }]);
  });

  it('says when its client went away before the end, but of a stream that is no fault', async () => {
    const { spans, ended } = recordSpans();
    const respond = (type: string): Handler => {
      return (_, response) => void response.setHeader('Content-Type', type).write('half');
    };
    for (const type of ['text/plain', 'text/event-stream']) {
      const handle = traceRequests(spans, respond(type));
      const { createServer } = process.getBuiltinModule('node:http');
      const http = createServer((request, response) => void handle(request, response));
      await once(http.listen(0, '127.0.0.1'), 'listening');
      const address = http.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      const before = ended.length;
      (await open(`http://127.0.0.1:${port}/`)).destroy();
      await until(() => ended.length > before, 'the end');
      http.close();
    }
    expect(ended.map(({ errorType }) => errorType)).toEqual(['aborted', undefined]);
  });

  it.each([
    ['/metrics', '/metrics'],
    ['/', '/'],
    ['/api/v1/coverage/', '/api/v1/coverage'],
    ['/api/v1/coverage/a/b', '/api/v1/coverage/{namespace}/{daemonset}'],
    ['/api/v1/coverage/a/b/nodes/%2e', '/api/v1/coverage/{namespace}/{daemonset}/nodes/{node}'],
    ['/api/v1/coverage/a/b/c', undefined],
    ['/metrics/x', undefined],
  ])('of %s has the route %s', (path, route) => {
    expect(templateOf(path)).toBe(route);
  });
});
