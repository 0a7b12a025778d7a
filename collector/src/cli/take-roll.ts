/** Calls the roll once: lists what is needed, without a watch, and runs it through the same pipeline as `serve`. */
import { GROUP, podSource, VERSION, WATCH, type ClusterEvent, type DaemonSetObject } from '@rollcall/contract';
import { readPages, KubeError, type Connection } from '@rollcall/kube';
import { createPolicyBook, type PolicyBook } from '../config/policy-book.ts';
import { readPolicies } from '../config/policy-files.ts';
import type { Answers } from '../http/answers.ts';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { planPodWatches } from '../watch/pod-plan.ts';
import { projectDaemonSet } from '../watch/project-daemon-set.ts';
import { projectNode } from '../watch/project-node.ts';
import { projectPod } from '../watch/project-pod.ts';
import { projectRevision } from '../watch/project-revision.ts';
import { createInterner } from '../watch/read-field.ts';
import { createAnswers } from './answers.ts';
import { nowInstant } from './system-clock.ts';

/** What a single look is made with. */
export interface RollCallOptions {
  readonly connection: Connection;
  readonly policies: readonly string[];
  /** True: every DaemonSet without a policy too. Undefined: only when there is no policy at all. */
  readonly discover: boolean | undefined;
  readonly collectorNamespace: string;
}

/** What a single look found. `discovered` says that no policy was there, so every DaemonSet was looked at. */
export interface RollCall {
  readonly answers: Answers;
  readonly discovered: boolean;
}

const INTERNED = 200_000;

/** Lists and judges. Rejects with a KubeError when the cluster cannot be reached or does not allow a list. */
export async function takeRoll(options: RollCallOptions): Promise<RollCall> {
  const look = createLook(options);
  const daemonSets = await look.list('/apis/apps/v1/daemonsets', (raw) => projectDaemonSet(raw, look.intern));
  for (const object of daemonSets)
    look.apply({ kind: 'daemonset', source: WATCH.daemonsets, uid: object.uid, object, ...look.now });
  const documents = await listPolicies(look);
  const files = await readPolicies(options.policies, { cluster: '', collectorNamespace: options.collectorNamespace });
  const written = documents.length + files.policies.length + files.rejected.length;
  const discover = options.discover ?? written === 0;
  const book = openBook(look, { ...options, discover });
  for (const { uid, document } of documents) book.api(uid, document, look.now.wallMs);
  book.files(files.policies, files.rejected);
  book.daemonSets(daemonSets.map(({ namespace, name }) => ({ namespace, daemonset: name })));
  await listTargets(look, daemonSets);
  const nodes = await look.list('/api/v1/nodes', (raw) => projectNode(raw, look.intern));
  for (const object of nodes) look.apply({ kind: 'node', source: WATCH.nodes, uid: object.uid, object, ...look.now });
  for (const source of [WATCH.nodes, WATCH.daemonsets]) look.live(source);
  const { pipeline, journal } = look;
  const answers = createAnswers({ pipeline, journal, rejected: book.rejected, now: () => look.now });
  return { answers, discovered: discover && written === 0 };
}

interface Look {
  readonly now: { readonly monoMs: number; readonly wallMs: number };
  readonly pipeline: Pipeline;
  readonly journal: ReturnType<typeof createMemoryJournal>;
  readonly targets: Map<string, { readonly namespace: string; readonly daemonset: string }>;
  intern(text: string): string;
  apply(event: ClusterEvent): void;
  live(source: string): void;
  list<T>(path: string, project: (raw: unknown) => T, labelSelector?: string): Promise<T[]>;
}

function createLook({ connection }: RollCallOptions): Look {
  const journal = createMemoryJournal();
  const pipeline = createPipeline({ cluster: '', history: journal, memories: [] });
  const now = nowInstant();
  return {
    now,
    pipeline,
    journal,
    targets: new Map(),
    intern: createInterner(INTERNED),
    apply: (event) => pipeline.apply(event),
    live: (source) => pipeline.apply({ kind: 'watchState', source, uid: source, state: 'live', ...now }),
    list: async (path, project, labelSelector) => {
      const found: ReturnType<typeof project>[] = [];
      const selected = labelSelector === undefined || labelSelector === '' ? {} : { labelSelector };
      await readPages(connection, { path, ...selected }, (raw) => found.push(project(raw)));
      return found;
    },
  };
}

async function listPolicies(look: Look): Promise<readonly { readonly uid: string; readonly document: unknown }[]> {
  try {
    return await look.list(`/apis/${GROUP}/${VERSION}/daemoncoverages`, (document) => ({
      uid: uidOf(document),
      document,
    }));
  } catch (error) {
    if (error instanceof KubeError && error.code === 'NotFound') return [];
    throw error;
  }
}

function uidOf(document: unknown): string {
  const { metadata } = document as { metadata?: { uid?: unknown } };
  return typeof metadata?.uid === 'string' ? metadata.uid : '';
}

function openBook(look: Look, options: RollCallOptions & { readonly discover: boolean }): PolicyBook {
  return createPolicyBook({
    cluster: '',
    collectorNamespace: options.collectorNamespace,
    discover: options.discover,
    sink: {
      inForce: (changed, gone) => {
        for (const uid of gone) {
          look.targets.delete(uid);
          look.apply({ kind: 'policy', source: 'policies', uid, object: undefined, ...look.now });
        }
        for (const object of changed) {
          const { uid, namespace, daemonset, hasDaemonSet } = object;
          if (hasDaemonSet) look.targets.set(uid, { namespace, daemonset });
          look.apply({ kind: 'policy', source: 'policies', uid, object, ...look.now });
        }
      },
      conditioned: () => undefined,
    },
  });
}

async function listTargets(look: Look, daemonSets: readonly DaemonSetObject[]): Promise<void> {
  const wanted = new Set([...look.targets.values()].map(({ namespace, daemonset }) => `${namespace}/${daemonset}`));
  const found = daemonSets.filter(({ namespace, name }) => wanted.has(`${namespace}/${name}`));
  for (const namespace of new Set(found.map((own) => own.namespace))) {
    const path = `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`;
    for (const object of await look.list(path, (raw) => projectRevision(raw, look.intern))) {
      look.apply({ kind: 'revision', source: path, uid: object.uid, object, ...look.now });
    }
  }
  const targets = found.map(({ namespace, name, selector }) => ({ namespace, daemonset: name, selector }));
  for (const plan of planPodWatches(targets).values()) {
    const path = `/api/v1/namespaces/${plan.namespace}/pods`;
    for (const object of await look.list(path, (raw) => projectPod(raw, look.intern), plan.labelSelector)) {
      look.apply({ kind: 'pod', source: plan.id, uid: object.uid, object, ...look.now });
    }
    for (const daemonset of plan.daemonsets) look.live(podSource(plan.namespace, daemonset));
  }
}
