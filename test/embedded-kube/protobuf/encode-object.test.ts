import { expect, it } from 'vitest';
import { encodeObject } from './encode-object.ts';
import { encodeList, frameEvent, wrapMessage } from './frame.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

// metadata=1 { name=1 "a", labels=11 { 1 "k", 2 "v" } }, spec=2 { unschedulable=4 true }
const NODE = {
  kind: 'Node',
  apiVersion: 'v1',
  metadata: { name: 'a', labels: { k: 'v' } },
  spec: { unschedulable: true },
};

it('writes fields by their numbers, texts, maps and messages by their lengths', () => {
  expect(hex(encodeObject('Node', NODE))).toBe('0a0b0a01615a060a016b120176' + '12022001');
});

it.each([
  ['a time as whole seconds', { metadata: { creationTimestamp: '1970-01-01T00:00:05.9Z' } }, '0a04' + '42020805'],
  ['a negative integer in ten bytes', { metadata: { generation: -1 } }, '0a0b38ffffffffffffffffff01'],
  [
    'managed fields as their JSON',
    { metadata: { managedFields: [{ fieldsV1: { 'f:a': {} } }] } },
    '0a11' + '8a010e3a0c0a0a7b22663a61223a7b7d7d',
  ],
  ['nothing for what is null', { metadata: null, spec: { podCIDR: null } }, '1200'],
])('writes %s', (_what, object, bytes) => {
  expect(hex(encodeObject('Node', object))).toBe(bytes);
});

it('writes embedded messages and alternatives where Go has them', () => {
  const pod = {
    spec: { volumes: [{ name: 'a', emptyDir: {} }], containers: [{ livenessProbe: { httpGet: { port: 80 } } }] },
  };
  // volumes=1 { name=1, volumeSource=2 { emptyDir=2 {} } }, containers=2 { livenessProbe=10 { handler=1 { httpGet=2 { port=2 { type=1, intVal=2 } } } } }
  expect(hex(encodeObject('Pod', pod))).toBe('1217' + '0a070a016112021200' + '120c520a0a081206120408001050');
});

it('refuses what Kubernetes has no field or message for, so that nothing is lost in silence', () => {
  expect(() => encodeObject('Pod', { spec: { nodename: 'a' } })).toThrow(
    "PodSpec.nodename is no field of Kubernetes' protobuf messages",
  );
  expect(() => encodeObject('DaemonCoverage', {})).toThrow("DaemonCoverage is none of Kubernetes' protobuf messages");
});

it('frames objects, lists and events', () => {
  const node = wrapMessage(NODE, encodeObject('Node', NODE));
  expect(hex(node)).toBe(
    '6b387300' + '0a0a0a0276311204' + '4e6f6465' + '1211' + hex(encodeObject('Node', NODE)) + '1a002200',
  );
  expect(hex(encodeList({ resourceVersion: '7' }, [Buffer.from([1])]))).toBe('0a031201' + '37' + '120101');
  expect(hex(frameEvent('ADDED', Buffer.from([1])))).toBe('0000000c' + '0a054144444544' + '12030a0101');
});
