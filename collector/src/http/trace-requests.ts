/** One span for each request, but those of the probes: a kubelet's every few seconds would drown all others. */
import type { ServerResponse } from 'node:http';
import type { Spans } from '@rollcall/contract';
import type { Handler } from './handle.ts';
import { isOpen, templateOf } from './routes.ts';

/** The handler, traced; a request that names its parent (W3C trace context) becomes its child. */
export function traceRequests(spans: Spans | undefined, handle: Handler): Handler {
  if (spans === undefined) return handle;
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (isOpen(path)) return handle(request, response);
    const attributes = {
      'http.request.method': request.method,
      'http.route': templateOf(path),
      'url.path': path,
      'url.scheme': 'encrypted' in request.socket ? 'https' : 'http',
    };
    const span = spans.start('request', attributes, request.headers);
    // Those of a scrape come up to Node's limit for a leak by themselves.
    response.setMaxListeners(response.getMaxListeners() + 1);
    response.once('close', () => {
      const { statusCode } = response;
      span.set({ 'http.response.status_code': statusCode });
      span.end(isCutShort(response) ? 'aborted' : statusCode >= 500 ? String(statusCode) : undefined);
    });
    return span.run(() => handle(request, response));
  };
}

/** A stream has no other end than that its reader goes. */
function isCutShort(response: ServerResponse): boolean {
  return !response.writableFinished && response.getHeader('Content-Type') !== 'text/event-stream';
}
