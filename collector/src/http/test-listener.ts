/** A client of the stream for tests: what it got, message by message. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { open } from './test-client.ts';

/** One block of the stream; `data` is parsed. Blocks without an event (comments, marks) have the event ''. */
export interface Heard {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One client. */
export interface Listener {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly response: IncomingMessage;
  /** All blocks that are whole. */
  blocks(): readonly Heard[];
  /** Blocks that are messages, shortly: `policy kube-system/agent 3`. */
  messages(): readonly string[];
  lastId(): string | undefined;
  isEnded(): boolean;
}

/** Connects and reads on; `query` begins with `?`. */
export async function listen(
  url: string,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Listener> {
  const response = await open(`${url}/api/v1/stream${query}`, { headers });
  const heard: Heard[] = [];
  let rest = '';
  let ended = false;
  response.on('data', (chunk: Buffer) => {
    const blocks = (rest + chunk.toString()).split('\n\n');
    rest = blocks.pop() ?? '';
    heard.push(...blocks.map(parseBlock));
  });
  response.on('close', () => (ended = true)).on('error', () => undefined);
  return {
    status: response.statusCode,
    headers: response.headers,
    response,
    blocks: () => heard,
    messages: () => heard.flatMap((block) => (block.event === '' ? [] : [describe(block)])),
    lastId: () => heard.findLast(({ id }) => id !== undefined)?.id,
    isEnded: () => ended,
  };
}

function parseBlock(text: string): Heard {
  const field = (name: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { event: field('event') ?? '', id: field('id'), data: JSON.parse(field('data') ?? '{}'), text };
}

function describe({ event, data }: Heard): string {
  const summary = (data['summary'] ?? data) as {
    readonly namespace?: string;
    readonly daemonset?: string;
    readonly counts?: { readonly covered: number };
    readonly count?: number;
    readonly transition?: { readonly node: string };
  };
  const { namespace, daemonset, counts, count, transition } = summary;
  const what = counts?.covered ?? count ?? transition?.node;
  return [event, namespace && `${namespace}/${daemonset}`, what].filter((word) => word !== undefined).join(' ');
}
