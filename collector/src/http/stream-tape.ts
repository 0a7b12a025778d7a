/** The tape of the stream: numbers the messages and keeps the last ones, so that who was away for a moment misses nothing. */
import type { News, Taped } from './stream-text.ts';

/** The last messages. Ids are `<life>-<number>`: `life` differs between processes, so that an id of another one is not known. */
export interface Tape {
  /** The id of the newest message. */
  newest(): string;
  record(news: News): Taped;
  /** What came after a message; undefined if that can't be said. */
  after(id: string): readonly Taped[] | undefined;
  /** Forgets all, since from now on something will be missing. */
  cut(): void;
}

/** An empty tape of at most so many bytes. */
export function createTape(life: string, mostBytes: number): Tape {
  let kept: Taped[] = [];
  let bytes = 0;
  let number = 0;
  // The number behind which nothing is missing.
  let whole = 0;
  const idOf = (of: number): string => `${life}-${of}`;
  return {
    newest: () => idOf(number),
    record: ({ topic, body }) => {
      number += 1;
      const taped = { topic, id: idOf(number), body };
      kept.push(taped);
      bytes += body.length;
      while (bytes > mostBytes) {
        bytes -= kept.shift()?.body.length ?? bytes;
        whole += 1;
      }
      return taped;
    },
    after: (id) => {
      const asked = Number(id.slice(life.length + 1));
      // Whatever is no id of ours does not come out the same.
      if (id !== idOf(asked) || asked < whole || asked > number) return undefined;
      return kept.slice(asked - whole);
    },
    cut: () => {
      kept = [];
      bytes = 0;
      number += 1;
      whole = number;
    },
  };
}
