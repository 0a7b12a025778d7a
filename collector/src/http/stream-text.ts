/** Messages as text of server-sent events (HTML standard, section 9.2), encoded once for all clients. */
import type { StreamMessage } from '@rollcall/contract';
import type { StreamTopic } from './stream-query.ts';

/** A message that has no id yet. */
export interface News {
  readonly topic: StreamTopic;
  readonly body: Buffer;
}

/** A message with its id. */
export interface Taped extends News {
  readonly id: string;
}

/** A message without its id. */
export function encodeMessage({ event, ...data }: StreamMessage): Buffer {
  return Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A message with its id. */
export function encodeTaped({ id, body }: Taped): Buffer {
  return Buffer.concat([Buffer.from(`id: ${id}\n`), body]);
}

/** Tells a client where it is without a message. */
export function encodeMark(id: string): Buffer {
  return Buffer.from(`id: ${id}\n\n`);
}
