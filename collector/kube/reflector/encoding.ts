/** Which encoding a reflector asks for: protobuf, until one of its connection's answers shows that the server does not speak it. */
import type { Connection } from '../connection/connection.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { Projection } from '../decode/projection.ts';
import { createDecoder } from '../decode/protobuf-decoder.ts';
import { TextTable } from '../decode/text-table.ts';
import type { KubeError } from '../kube-error.ts';
import type { Log } from '../ports.ts';
import type { Resource } from '../requests/source.ts';

/** The encoding of one reflector. */
export interface Encoding<T> {
  readonly decoder: Decoder<T>;
  /** Whether a failed request is to be made again at once, since it was protobuf that was refused; then JSON is asked for from now on. */
  isRefused(error: KubeError): boolean;
  /** To be called when a list was read to its end: what could not be read before is forgiven. */
  proved(): void;
}

// Not Acceptable, Unsupported Media Type.
const REFUSALS: ReadonlySet<number | undefined> = new Set([406, 415]);

// Once may be an answer that was garbled on its way.
const MOST_UNREAD = 2;

interface Chooser<T> {
  readonly connection: Connection;
  readonly resource: Resource;
  readonly projection: Projection<T>;
  readonly log: Log;
}

/** Looks at the connection's trait before each request. */
export function chooseEncoding<T>({ connection, resource, projection, log }: Chooser<T>): Encoding<T> {
  const { traits, texts = new TextTable() } = connection;
  const forgo = ({ message }: KubeError): void => {
    if (traits.protobuf)
      log.info(
        { watch: resource.path, why: message },
        'the server speaks no protobuf that can be read: asking for JSON',
      );
    traits.protobuf = false;
  };
  let asked = false;
  let unread = 0;
  const unreadable = (error: KubeError): void => {
    if (++unread >= MOST_UNREAD) forgo(error);
  };
  const wantsProtobuf = (): boolean => (asked = traits.protobuf);
  return {
    decoder: createDecoder(projection, { texts, wantsProtobuf, unreadable }),
    proved: () => {
      unread = 0;
    },
    isRefused: (error) => {
      // Another reflector may have found it out in the meantime.
      if (!asked || !REFUSALS.has(error.status)) return false;
      forgo(error);
      return true;
    },
  };
}
