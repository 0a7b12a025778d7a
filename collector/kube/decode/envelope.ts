/** What stands around each object and list in protobuf: four bytes, then a runtime.Unknown that says the kind and holds the object. */
import { KubeError } from '../kube-error.ts';
import type { Place } from './place.ts';
import type { Wire } from './wire.ts';

/** The first bytes, see k8s.io/apimachinery/pkg/runtime/serializer/protobuf. */
export const MAGIC = Buffer.from('k8s\0');
/** Fields of runtime.Unknown. */
export const UNKNOWN = { typeMeta: 1, raw: 2, contentEncoding: 3 } as const;
/** Field of runtime.TypeMeta. */
export const KIND = 2;

/** Finds the object of the envelope that lies there; an envelope without one holds an empty object. */
export function findObject(wire: Wire, bytes: Buffer, { from, to }: Place): Place {
  if (bytes.compare(MAGIC, 0, MAGIC.length, from, Math.min(to, from + MAGIC.length)) !== 0) throw noEnvelope();
  let object = { from: to, to };
  wire.open(bytes, from + MAGIC.length, to);
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === UNKNOWN.contentEncoding && wire.size() > 0) throw isEncoded();
    if (field === UNKNOWN.raw) object = { from: wire.from, to: wire.to };
  }
  return object;
}

/** The error for what is in no envelope. */
export function noEnvelope(): KubeError {
  return new KubeError('Malformed', 'protobuf: an object that does not begin as those of Kubernetes do');
}

/** The error for an object with a content encoding. */
export function isEncoded(): KubeError {
  return new KubeError('Malformed', 'protobuf: an object that is compressed, which nobody asked for');
}
