/** A client for the tests of this folder that shows what came over the wire, undecoded. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** What came back. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent beside the address. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request and gives the response before its body is read. */
export function open(url: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent: false }, resolve).on('error', reject).end(body);
  });
}

/** Reads a response to its end; rejects when it is cut. */
export async function drain(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Sends a request and reads the whole reply. */
export async function ask(url: string, sent?: Sent): Promise<Reply> {
  return drain(await open(url, sent));
}
