/** Protobuf as an API server writes it. Objects of equal kind are equally long, since all that varies is of fixed width, instants too. */
import { encodeList, encodeObject, frameEvent, PROTOBUF, wrapMessage, type Json } from '@rollcall/embedded-kube';
import type { Encoding, KindOf } from './encoding.ts';
import { createStamp, type Mark, type Stamp } from './stamp.ts';
import { TEXTS, timeMark, TIMES, type Template } from './vary-objects.ts';

/** Each event follows its length. */
export const PROTOBUF_ENCODING: Encoding = {
  contentType: PROTOBUF,
  watchContentType: `${PROTOBUF};stream=watch`,
  between: Buffer.alloc(0),
  stampObject(object) {
    const message = encodeObject(object.kind, withInstants(object));
    // An item is the field 2 of a list, whose field 1 is an empty ListMeta of two bytes here.
    const item = encodeList({}, [message]).subarray(2);
    const event = (type: string): Stamp => stampBytes(frameEvent(type, wrapMessage(object, message)));
    return {
      item: stampBytes(item),
      ADDED: event('ADDED'),
      MODIFIED: event('MODIFIED'),
      DELETED: event('DELETED'),
      itemBytes: item.length,
    };
  },
  writeTime: (seconds) => writeVarint(seconds).toString('latin1'),
  frameList({ kind, apiVersion }, metadata, itemsBytes) {
    const head = encodeList(metadata as Json, []);
    const envelope = wrapMessage({ kind: `${kind}List`, apiVersion }, Buffer.alloc(0));
    const at = envelope.length - EMPTY_MESSAGE_AND_AFTER;
    const message = [Buffer.from([MESSAGE_TAG]), writeVarint(head.length + itemsBytes), head];
    return { head: Buffer.concat([envelope.subarray(0, at), ...message]), tail: envelope.subarray(at + 2) };
  },
  bookmark: (kind: KindOf, metadata) =>
    frameEvent('BOOKMARK', wrapMessage(kind, encodeObject(kind.kind, { metadata } as unknown as Json))),
};

const MESSAGE_TAG = 0x12;
// The empty message's tag and length, and the two empty fields behind it.
const EMPTY_MESSAGE_AND_AFTER = 6;
// Instants that stand for the marks until they are bytes: as a varint they are as wide as all from 1978 to 3058.
const STAND_IN_S = 978_307_200;
const SECONDS_TAG = 0x08;

function withInstants(object: Template): Json {
  let text = JSON.stringify(object);
  TIMES.forEach((name, at) => {
    const instant = new Date((STAND_IN_S + at) * 1000).toISOString();
    text = text.replaceAll(timeMark(name), instant);
  });
  return JSON.parse(text) as Json;
}

function stampBytes(bytes: Buffer): Stamp {
  const texts = Object.entries(TEXTS).flatMap(([name, mark]) => findAll(bytes, { name, needle: Buffer.from(mark) }));
  const times = TIMES.flatMap((name, at) => {
    const seconds = writeVarint(STAND_IN_S + at);
    const found = findAll(bytes, { name, needle: Buffer.concat([Buffer.from([SECONDS_TAG]), seconds]) });
    return found.map(({ index }) => ({ name, index: index + 1, width: seconds.length }));
  });
  return createStamp(bytes.toString('latin1'), [...texts, ...times]);
}

function findAll(bytes: Buffer, { name, needle }: { readonly name: string; readonly needle: Buffer }): readonly Mark[] {
  const marks: Mark[] = [];
  for (let index = bytes.indexOf(needle); index >= 0; index = bytes.indexOf(needle, index + 1))
    marks.push({ name, index, width: needle.length });
  return marks;
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
