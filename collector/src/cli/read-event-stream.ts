/** Reads server-sent events (HTML standard, section 9.2) out of a body that comes in pieces. */
import { StringDecoder } from 'node:string_decoder';

/** One event: its name and its data, lines joined. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** A reader of one stream. */
export interface EventReader {
  /** The events that end in this piece, in order. Throws when one is longer than any that a collector sends. */
  push(piece: Buffer): readonly StreamEvent[];
  /** The id of the last event, or of the last mark between events; '' before the first. */
  lastId(): string;
}

/** No message of a collector comes near it. */
const LONGEST = 4 * 1024 * 1024;

/** Begins behind the event of that id. */
export function createEventReader(lastId = ''): EventReader {
  const decoder = new StringDecoder('utf8');
  let id = lastId;
  let rest = '';
  let fields: { name: string; value: string }[] = [];
  const finish = (): readonly StreamEvent[] => {
    const valuesOf = (wanted: string): readonly string[] =>
      fields.filter(({ name }) => name === wanted).map(({ value }) => value);
    id = valuesOf('id').at(-1) ?? id;
    const data = valuesOf('data');
    const event = valuesOf('event').at(-1) ?? 'message';
    fields = [];
    return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
  };
  const take = (line: string): readonly StreamEvent[] => {
    if (line === '') return finish();
    const colon = line.indexOf(':');
    // A comment begins with a colon.
    if (colon !== 0) {
      const [name, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      fields.push({ name, value });
    }
    return [];
  };
  return {
    push: (piece) => {
      const lines = (rest + decoder.write(piece)).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST)
        throw new Error(`a message of more than ${LONGEST} characters; is it a Rollcall collector?`);
      return lines.flatMap(take);
    },
    lastId: () => id,
  };
}
