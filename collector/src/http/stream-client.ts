/** One client of the stream: sends what the client reads, and no more than a bounded rest waits for it. */
import type { ServerResponse } from 'node:http';

/** The client; time passes for it by `age`. */
export interface StreamClient {
  send(message: Buffer): void;
  /** A turn begins: whoever has not read what the former ones left is too slow, and ends when it does not read at all. */
  age(): void;
  /** Shows that the connection lives. */
  beat(): void;
  /** Ends the stream in good order. */
  end(): void;
}

/** What a client is told when it was too slow: `resync`, then everything anew. Called when it reads again. */
export type Restart = () => readonly Buffer[];

/** Bytes of former turns that may wait: some hundred messages, while sockets hold as many on their way. */
const MOST_WAITING = 256 * 1024;
/** Turns that a client which was too slow has for reading on. */
const MOST_SLOW_TURNS = 30;
const ALIVE = Buffer.from(': alive\n\n');

/** Begins with these messages, whatever their size: they are shared with other clients, as those of a turn are. */
export function openStreamClient(response: ServerResponse, first: readonly Buffer[], restart: Restart): StreamClient {
  let waiting = [...first];
  let isBlocked = false;
  let slowTurns = 0;
  const pump = (): void => {
    // Taken off in one go: Array.shift would move all the others for each.
    let sent = 0;
    for (const message of waiting) {
      if (isBlocked) break;
      isBlocked = !response.write(message);
      sent += 1;
    }
    waiting.splice(0, sent);
  };
  response.on('drain', () => {
    isBlocked = false;
    if (slowTurns > 0) waiting = [...restart()];
    slowTurns = 0;
    pump();
  });
  pump();
  return {
    send: (message) => {
      if (slowTurns > 0) return;
      waiting.push(message);
      pump();
    },
    age: () => {
      if (slowTurns === 0 && sizeOf(waiting) <= MOST_WAITING) return;
      waiting = [];
      slowTurns += 1;
      if (slowTurns > MOST_SLOW_TURNS) response.destroy();
    },
    beat: () => {
      if (!isBlocked) isBlocked = !response.write(ALIVE);
    },
    end: () => response.end(),
  };
}

function sizeOf(messages: readonly Buffer[]): number {
  return messages.reduce((bytes, { length }) => bytes + length, 0);
}
