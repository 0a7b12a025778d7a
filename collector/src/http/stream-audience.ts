/** Who listens to the stream: each gets what it asked for, from where it left off, until its time is over. */
import type { ServerResponse } from 'node:http';
import { openStreamClient, type StreamClient } from './stream-client.ts';
import { isAsked, type StreamQuery } from './stream-query.ts';
import { createTape } from './stream-tape.ts';
import { encodeMark, encodeMessage, encodeTaped, type News } from './stream-text.ts';

/** The clients of one stream. */
export interface Audience {
  size(): number;
  join(query: StreamQuery, response: ServerResponse): void;
  tell(news: News): void;
  /** A turn begins. */
  age(): void;
  /** Something will be missing from now on: no client can go on where it is. */
  cut(): void;
  /** Ends all streams in good order. */
  end(): void;
}

/** What clients begin with, and the word for this life of the process. */
export interface AudienceHost {
  readonly life: string;
  policies(): readonly News[];
}

/** Proxies cut connections that are silent for half a minute. */
const TURNS_A_BEAT = 15;
/** A stream ends after 10 minutes: its client comes back with its last id, and is asked anew whether it may. */
const TURNS_A_LIFE = 600;
/** Some thousand messages. */
const TAPE_BYTES = 1024 * 1024;
/** For browsers: how long they wait before they come back. */
const RETRY = Buffer.from('retry: 3000\n\n');
const RESYNC = encodeMessage({
  event: 'resync',
  why: 'messages were lost: forget what you know, everything follows as it is now',
});

interface Member {
  readonly client: StreamClient;
  readonly query: StreamQuery;
  turns: number;
}

/** Nobody yet. */
export function createAudience({ life, policies }: AudienceHost): Audience {
  const members = new Set<Member>();
  const tape = createTape(life, TAPE_BYTES);
  const everything = (query: StreamQuery): readonly Buffer[] => [
    ...policies().flatMap(({ topic, body }) => (isAsked(query, topic) ? [body] : [])),
    encodeMark(tape.newest()),
  ];
  const begin = (query: StreamQuery): readonly Buffer[] => {
    if (query.lastId === undefined) return everything(query);
    const missed = tape.after(query.lastId);
    if (missed === undefined) return [RESYNC, ...everything(query)];
    return missed.flatMap((one) => (isAsked(query, one.topic) ? [encodeTaped(one)] : []));
  };
  return {
    size: () => members.size,
    join: (query, response) => {
      const client = openStreamClient(response, [RETRY, ...begin(query)], () => [RESYNC, ...everything(query)]);
      const member = { client, query, turns: 0 };
      members.add(member);
      response.once('close', () => members.delete(member));
    },
    tell: (news) => {
      const message = encodeTaped(tape.record(news));
      for (const { client, query } of members) if (isAsked(query, news.topic)) client.send(message);
    },
    age: () => members.forEach(age),
    cut: tape.cut,
    end: () => members.forEach(({ client }) => client.end()),
  };
}

function age(member: Member): void {
  member.turns += 1;
  member.client.age();
  if (member.turns >= TURNS_A_LIFE) member.client.end();
  else if (member.turns % TURNS_A_BEAT === 0) member.client.beat();
}
