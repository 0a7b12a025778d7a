/** One HTTP or HTTPS exchange with a client certificate or an authority of our own, which the built-in fetch cannot do. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';

/** The status and the whole body of an answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends one request, its body (if any) as JSON, and reads the answer to its end; rejects on connection errors and on `options.signal`. */
export function exchange(url: URL, options: RequestOptions, body?: unknown): Promise<Answer> {
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const json = body === undefined ? undefined : JSON.stringify(body);
  // Node announces no body of a DELETE by itself; the server would take it for the next request of the connection.
  return new Promise((resolve, reject) => {
    const sent = send(url, options, (response) => {
      text(response).then((received) => resolve({ status: response.statusCode ?? 0, body: received }), reject);
    });
    sent.on('error', reject);
    if (json !== undefined) sent.setHeader('content-length', Buffer.byteLength(json));
    sent.end(json);
  });
}
