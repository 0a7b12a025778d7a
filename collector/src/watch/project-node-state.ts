/** Projects a PlexdNodeState as parsed to the fields that Rollcall keeps. Source: "Kubernetes DaemonSet Deployment Reference", plexd docs. */
import type { NodeStateObject } from '@rollcall/contract';
import { isFields, readFields, readList, readMessage, readString, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { identify } from './read-metadata.ts';

/** The node state in short; throws only if it has no uid or name. */
export function projectNodeState(raw: unknown, intern: Interner): NodeStateObject {
  const { fields, metadata, uid, name } = identify('PlexdNodeState', raw);
  const spec = readFields(fields, 'spec');
  const status = readFields(fields, 'status');
  const said = readFields(spec, 'metadata');
  const pod = readList(metadata, 'ownerReferences').find((own) => isFields(own) && own['kind'] === 'Pod') as Fields;
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    nodeId: readMessage(spec, 'nodeId', intern),
    host: findText(said, /^(hostname|nodename)$/),
    podUid: readString(pod ?? {}, 'uid') || findText(said, /^poduid$/),
    podName: readString(pod ?? {}, 'name') || findText(said, /^podname$/),
    meshIp: readMessage(spec, 'meshIp', intern),
    aliveAt: findNewest([
      ...readTimes(readList(spec, 'data'), 'updatedAt'),
      ...readTimes(readList(status, 'report'), 'updatedAt'),
      readTime(status, 'heartbeatTime'),
      ...readTimes(readList(metadata, 'managedFields').filter(isFields).filter(isAgents), 'time'),
    ]),
  };
}

const MAX_VALUE = 256;

/** The first value whose key is wanted, whether it is written podName, pod_name or example.com/pod-name. */
function findText(said: Fields, wanted: RegExp): string {
  for (const [key, value] of Object.entries(said)) {
    const word = key.slice(key.lastIndexOf('/') + 1).toLowerCase();
    if (typeof value === 'string' && value.length <= MAX_VALUE && wanted.test(word.replace(/[^a-z0-9]/g, '')))
      return value;
  }
  return '';
}

/** Whoever labels or annotates the object is not the agent: its own are spec and status. */
function isAgents(entry: Fields): boolean {
  const owned = readFields(entry, 'fieldsV1');
  return Object.hasOwn(owned, 'f:spec') || Object.hasOwn(owned, 'f:status');
}

function readTimes(list: readonly unknown[], key: string): readonly (number | undefined)[] {
  return list.filter(isFields).map((entry) => readTime(entry, key));
}

function findNewest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((newest, time) => (time !== undefined && time > (newest ?? -1) ? time : newest), undefined);
}
