/** Projects a Riptides Daemon as parsed to the fields that Rollcall keeps. Source of the keys: "Daemon", Riptides docs. */
import { isIP } from 'node:net';
import type { DaemonObject } from '@rollcall/contract';
import { NO_ITEMS, isFields, parseTime, readFields, readList, readMessage, readString } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { identify } from './read-metadata.ts';

/** The Daemon in short; throws only if it has no uid or name. */
export function projectDaemon(raw: unknown, intern: Interner): DaemonObject {
  const { fields, metadata, uid, name } = identify('Daemon', raw);
  const status = readFields(fields, 'status');
  const health = readFields(status, 'health');
  const workloadId = readMessage(readFields(fields, 'spec'), 'workloadID', intern);
  const said = readPairs(status);
  const lastProbe = readProbe(health, intern);
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    workloadId,
    instanceIds: findInstanceIds(said, workloadId),
    nodeUids: pick(said, (words) => words.endsWith('node:uid')),
    hosts: pick(said, isHost),
    ips: findIps(said),
    daemonHealth: readMessage(health, 'daemonHealth', intern),
    driverHealth: readMessage(health, 'driverHealth', intern),
    lastProbe,
    lastProbeAt: parseProbeTime(lastProbe),
    daemonVersion: intern(pick(said, (words) => words === 'status:daemon:version')[0] ?? ''),
    driverVersion: intern(pick(said, (words) => words === 'status:driver:version')[0] ?? ''),
  };
}

/** One entry of `status.metadata`: its name as lower-case words joined by colons, since vendors write private_ip and private:ip. */
type Pair = readonly [words: string, value: string];

// What names a machine is short; a list of hundreds of addresses names none.
const MAX_VALUE = 256;
const MAX_KEPT = 32;

function readPairs(status: Fields): readonly Pair[] {
  const pairs = readList(status, 'metadata').filter(isFields);
  return pairs.flatMap((pair): readonly Pair[] => {
    const [key, value] = [readString(pair, 'name'), readString(pair, 'value').trim()];
    if (value === '' || value.length > MAX_VALUE || key.length > MAX_VALUE) return [];
    return [[key.toLowerCase().replace(/[^a-z0-9]+/g, ':'), value]];
  });
}

function pick(said: readonly Pair[], isWanted: (words: string) => boolean): readonly string[] {
  const found = new Set(said.filter(([words]) => isWanted(words)).map(([, value]) => value));
  return found.size === 0 ? NO_ITEMS : [...found].slice(0, MAX_KEPT);
}

function isHost(words: string): boolean {
  return (words.endsWith(':hostname') && !words.includes('public')) || words.endsWith(':node:name');
}

const INSTANCE_ID = /^(awsiid|ec2|gcpiit|gcp):instance:id$/;
const GOOGLE = {
  project: /^(gcpiit|gcp):project(:id)?$/,
  zone: /^(gcpiit|gcp):(instance:|availability:)?zone$/,
  name: /^(gcpiit|gcp):instance:name$/,
};

/** The ids themselves, Google's in the spelling of its provider ID (project/zone/name), and how the workloadID ends. */
function findInstanceIds(said: readonly Pair[], workloadId: string): readonly string[] {
  const last = lastSegment(workloadId);
  const ids = new Set(pick(said, (words) => INSTANCE_ID.test(words)));
  const google = Object.values(GOOGLE).map((key) => pick(said, (words) => key.test(words))[0]);
  // The instance metadata of Google writes the zone as projects/NUMBER/zones/ZONE.
  if (google.every((part) => part !== undefined)) ids.add(google.map(lastSegment).join('/'));
  if (last !== '') ids.add(last);
  return [...ids];
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const PRIVATE_IP = /:private:ip(v4|v6|:addresse?s?)?$/;
const NODE_IP = /^node:(.+:)?ip(v4|v6|s)?(:addresse?s?)?$/;

/** One value may hold several addresses, each with the length of its network. */
function findIps(said: readonly Pair[]): readonly string[] {
  const written = pick(said, (words) => PRIVATE_IP.test(words) || NODE_IP.test(words));
  const ips = written.flatMap((text) => text.split(/[\s,;]+/)).map((text) => text.replace(/\/\d+$/, ''));
  const found = new Set(ips.filter((ip) => isIP(ip) !== 0));
  return found.size === 0 ? NO_ITEMS : [...found].slice(0, MAX_KEPT);
}

function readProbe(health: Fields, intern: Interner): string {
  const value = health['lastProbeAt'];
  return typeof value === 'number' ? String(value) : readMessage(health, 'lastProbeAt', intern);
}

const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/;
// From 2001 to 2286, so that no other number is taken for a time.
const EPOCH_SECONDS = /^[1-9]\d{9}(\.\d{1,9})?$/;
const EPOCH_MS = /^[1-9]\d{12}$/;

/** Basic ISO 8601 as the vendor writes it, RFC 3339, or seconds or milliseconds since the epoch; undefined for anything else. */
function parseProbeTime(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Math.floor(Number(text) * 1000);
  if (EPOCH_MS.test(text)) return Number(text);
  return parseTime(text.replace(BASIC, '$1-$2-$3T$4:$5:$6$7Z'));
}
