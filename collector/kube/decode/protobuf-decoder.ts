/** The protobuf decoder, for the kinds that a projection reads it of; what the server answers in JSON is read as such. */
import type { BodyReader, Decoder } from './decoder.ts';
import { createJsonDecoder } from './json-decoder.ts';
import { KubeError } from '../kube-error.ts';
import { ObjectView } from './object-view.ts';
import type { Projection } from './projection.ts';
import { ProtobufList } from './protobuf-list.ts';
import { ProtobufWatch } from './protobuf-watch.ts';
import type { TextTable } from './text-table.ts';
import { Wire } from './wire.ts';

/** What a decoder works with. */
export interface DecoderHost {
  /** Texts that many objects have. */
  readonly texts: TextTable;
  /** Whether the request that is being made is to ask for protobuf. */
  wantsProtobuf(): boolean;
  /** What the server called protobuf could not be read. */
  unreadable(error: KubeError): void;
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** JSON for kinds without `fromProtobuf`; for others protobuf, with JSON for whoever does not speak it. One body at a time. */
export function createDecoder<T>(projection: Projection<T>, host: DecoderHost): Decoder<T> {
  const json = createJsonDecoder(projection);
  if (projection.fromProtobuf === undefined) return json;
  const wire = new Wire(host.texts);
  const view = new ObjectView(wire, projection.fromProtobuf);
  return {
    get accept() {
      return host.wantsProtobuf() ? `${PROTOBUF}, ${json.accept}` : json.accept;
    },
    openList: (contentType, onItem) =>
      isProtobuf(contentType)
        ? watchOver(new ProtobufList(wire, view, onItem), host)
        : json.openList(contentType, onItem),
    openWatch: (contentType, onEvent) =>
      isProtobuf(contentType)
        ? watchOver(new ProtobufWatch(wire, view, onEvent), host)
        : json.openWatch(contentType, onEvent),
  };
}

/** Whether an answer of that type is in protobuf. */
export function isProtobuf(contentType: string): boolean {
  return contentType.startsWith(PROTOBUF);
}

// An end that comes too early says nothing of the encoding.
function watchOver<End>(reader: BodyReader<End>, host: DecoderHost): BodyReader<End> {
  return {
    push: (chunk) => {
      try {
        reader.push(chunk);
      } catch (thrown) {
        // The server's own errors have a status.
        const isOurs = thrown instanceof KubeError && thrown.code === 'Malformed' && thrown.status === undefined;
        if (isOurs) host.unreadable(thrown);
        throw thrown;
      }
    },
    end: () => reader.end(),
  };
}
