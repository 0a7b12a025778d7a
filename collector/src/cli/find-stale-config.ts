/**
 * Finds ConfigMaps that changed after the process that was made of them began. Looked up for one answer about one node, by their metadata alone;
 * Secrets never: who may read the metadata of one may read all of it.
 */
import { valueAt, type Finding, type NodeDetail, type PodTemplate } from '@rollcall/contract';
import { KubeError, readJson, type Connection } from '@rollcall/kube';
import { createRecall } from '../control/recall.ts';
import type { FindMore } from '../http/answers.ts';
import { createTokenBucket } from '../http/token-bucket.ts';
import { projectPodTemplate } from '../watch/project-pod-template.ts';
import { asFields, parseTime } from '../watch/read-field.ts';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** Nodes of one DaemonSet share their ConfigMaps: a page of them costs one read of each. */
const KEPT_MS = 30_000;
const MOST_KEPT = 500;
/** Of one pod. */
const MOST_CONFIG_MAPS = 8;
const LOOK_UP_MS = 5_000;
/** So many reads are sent at once, and so many a second in the long run. */
const BURST = 2 * MOST_CONFIG_MAPS;
const PER_SECOND = 4;

/** How a container knows a ConfigMap; the second one changes in a pod that runs, if the process looks. */
type Use = 'environment' | 'volume';

interface Change {
  readonly name: string;
  readonly use: Use;
  readonly changedAt: number;
}

interface Read {
  readonly asked: boolean;
  /** Undefined for what cannot be read. */
  readonly value: unknown;
}

/** Looks up by that connection. What cannot be read, or may not, is left out. Never rejects. */
export function createStaleConfig(connection: Connection): FindMore {
  const nowMs = (): number => connection.clock.monoMs();
  // What could not be asked for want of a token is asked again at once, else of many nodes the same ones would stay without an answer.
  const known = createRecall<Read>({ most: MOST_KEPT, nowMs, keepMs: ({ asked }) => (asked ? KEPT_MS : 0) });
  const take = createTokenBucket({ perSecond: PER_SECOND, burst: BURST }, nowMs);
  const ask = async (path: string, accept?: string): Promise<Read> => {
    if (!take()) return { asked: false, value: undefined };
    const value = await readJson(connection, path, { timeoutMs: LOOK_UP_MS, accept }).catch(leaveOut);
    return { asked: true, value };
  };
  const read = async (path: string, accept?: string): Promise<unknown> =>
    (await known.recall(path, () => ask(path, accept))).value;
  return async ({ pod: key }: NodeDetail) => {
    if (key === null) return [];
    const [namespace = '', name = ''] = key.split('/').map(encodeURIComponent);
    const pod = await read(`/api/v1/namespaces/${namespace}/pods/${name}`);
    const startedAt = readStart(pod);
    if (startedAt === undefined) return [];
    const uses = listUses(projectPodTemplate(asFields(valueAt(pod, ['spec'])), (text) => text));
    const changes = await Promise.all(
      uses.map(async ([configMap, use]) => {
        const path = `/api/v1/namespaces/${namespace}/configmaps/${encodeURIComponent(configMap)}`;
        return { name: configMap, use, changedAt: readChange(await read(path, METADATA_ONLY)) };
      }),
    );
    return changes
      .filter((change): change is Change => (change.changedAt ?? 0) > startedAt)
      .map((change) => describe(change, startedAt));
  };
}

function leaveOut(error: unknown): undefined {
  if (!(error instanceof KubeError)) throw error;
}

/** Since when the container runs that has run longest. */
function readStart(pod: unknown): number | undefined {
  const statuses = valueAt(pod, ['status', 'containerStatuses']);
  const times = (Array.isArray(statuses) ? statuses : []).map((status) =>
    parseTime(valueAt(status, ['state', 'running', 'startedAt'])),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** By name; a subPath mount is as unchanging as an environment. The API server writes one of them itself into every namespace. */
function listUses({ containers, volumes }: PodTemplate): readonly (readonly [string, Use])[] {
  const uses = new Map<string, Use>();
  for (const { mounts, configMaps } of containers) {
    for (const { volume, fixed } of mounts) {
      const names = volumes.find(({ name }) => name === volume)?.configMaps ?? [];
      for (const name of names) if (fixed || !uses.has(name)) uses.set(name, fixed ? 'environment' : 'volume');
    }
    for (const name of configMaps) uses.set(name, 'environment');
  }
  uses.delete('kube-root-ca.crt');
  return [...uses].slice(0, MOST_CONFIG_MAPS);
}

/** When its data changed last, by whoever owns any of it; else its creation. */
function readChange(configMap: unknown): number | undefined {
  const managers = valueAt(configMap, ['metadata', 'managedFields']);
  const owning = (Array.isArray(managers) ? managers : []).filter((entry) => {
    const fields = asFields(valueAt(entry, ['fieldsV1']));
    return 'f:data' in fields || 'f:binaryData' in fields;
  });
  const times = owning.map((entry) => parseTime(valueAt(entry, ['time']))).filter((time) => time !== undefined);
  return times.length === 0 ? parseTime(valueAt(configMap, ['metadata', 'creationTimestamp'])) : Math.max(...times);
}

function describe({ name, use, changedAt }: Change, startedAt: number): Finding {
  const [changed, started] = [changedAt, startedAt].map((time) => new Date(time).toISOString().replace('.000', ''));
  const effect =
    use === 'environment'
      ? 'its environment or a subPath mount still has the old one'
      : 'its volume has the new one, and the process has to read it';
  return {
    code: 'ConfigStale',
    message: `ConfigMap ${name} changed at ${changed}, the pod runs since ${started}: ${effect}.`,
  };
}
