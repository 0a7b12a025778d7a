/** Calls the roll once: lists what is needed, without a watch, and runs it through the same pipeline as `serve`. */
import { podSource, WATCH, type DaemonSetObject, type Policy, type PolicyCondition } from '@rollcall/contract';
import type { Connection } from '@rollcall/kube';
import { createPolicyBook, type PolicyBook } from '../config/policy-book.ts';
import { readPolicies } from '../config/policy-files.ts';
import { recountController, type ControllerRecount, type Instant } from '../coverage/index.ts';
import type { Answers } from '../http/answers.ts';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import type { DaemonSource } from '../watch/daemon-watch.ts';
import { findTargets, projectFound } from '../watch/cluster-watch.ts';
import { planPodWatches, toPodTarget } from '../watch/pod-plan.ts';
import { projectCount, type ControllerCount } from '../watch/project-count.ts';
import { createNodeSharing, projectNode } from '../watch/project-node.ts';
import { createPodSharing, projectPod } from '../watch/project-pod.ts';
import { projectRevision } from '../watch/project-revision.ts';
import { createAnswers } from './answers.ts';
import { createEvidence } from './find-evidence.ts';
import { createStaleConfig } from './find-stale-config.ts';
import { listLayers, readSilentLeases } from './list-layers.ts';
import { listPolicies, tellWindows } from './list-own.ts';
import { openLook, type Look } from './look.ts';
import { createPolicyFeed, type PolicyFeed } from './policy-feed.ts';
import { sourceCondition } from './source-condition.ts';

/** What a single look is made with. */
export interface RollCallOptions {
  readonly connection: Connection;
  readonly policies: readonly string[];
  readonly daemonSources: readonly DaemonSource[];
  /** True: every DaemonSet without a policy too. Undefined: only when there is no policy at all. */
  readonly discover: boolean | undefined;
  readonly collectorNamespace: string;
}

/** What a single look found. */
export interface RollCall {
  /** All cut at the moment at which the look began. */
  readonly answers: Answers;
  /** True when no policy was there, so that every DaemonSet was looked at. */
  readonly discovered: boolean;
  /** What the DaemonSet's controller said, and what it would say of what was seen; undefined without policy or DaemonSet. */
  controller(namespace: string, daemonset: string): ControllerView | undefined;
  /** What could not be read and took nothing else along: objects, layers, or the policies where those are forbidden. */
  readonly warnings: readonly string[];
}

/** The controller's own counts, and the same counted anew by its rules. */
export interface ControllerView {
  readonly told: ControllerCount;
  readonly recount: ControllerRecount;
}

/** Lists and judges. Rejects with a KubeError when the cluster cannot be reached or does not allow a list. */
export async function takeRoll(options: RollCallOptions): Promise<RollCall> {
  const { collectorNamespace, connection } = options;
  const journal = createMemoryJournal();
  const pipeline = createPipeline({ cluster: '', history: journal, memories: [] });
  const look = openLook(options.connection, (event) => pipeline.apply(event));
  const { daemonSets, counts } = await listDaemonSets(look);
  const documents = await listPolicies(look, options);
  const files = await readPolicies(options.policies, { cluster: '', collectorNamespace });
  const written = documents.length + files.policies.length + files.rejected.length;
  const discover = options.discover ?? written === 0;
  const { book, feed } = openBook(look, { collectorNamespace, discover });
  await tellWindows(look, { ...options, files: files.windows });
  for (const { uid, document } of documents) book.api(uid, document, look.now().wallMs);
  book.files(files.policies, files.rejected);
  book.daemonSets(daemonSets.map(({ namespace, name }) => ({ namespace, daemonset: name })));
  await listTargets(look, findTargets(daemonSets, feed.targets()));
  const sharing = createNodeSharing(look.intern);
  const nodes = await look.list({ path: '/api/v1/nodes' }, (raw) => projectNode(raw, sharing));
  for (const object of nodes) look.tell({ kind: 'node', uid: object.uid, object }, WATCH.nodes);
  await readSilentLeases(look, options.connection, nodes);
  const sources = await listLayers(look, feed.needs(), options.daemonSources);
  for (const source of [WATCH.nodes, WATCH.daemonsets]) look.live(source);
  const conditionsOf = (policy: Policy): readonly PolicyCondition[] => sourceCondition(policy, sources);
  const lookUps = { evidence: createEvidence(connection), findMore: createStaleConfig(connection) };
  const { now } = look;
  return {
    answers: createAnswers({ pipeline, journal, rejected: book.rejected, now, conditionsOf, ...lookUps }),
    discovered: discover && written === 0,
    controller: (namespace, daemonset) => viewController(pipeline, { namespace, daemonset, counts, now: look.now() }),
    warnings: [...look.warnings],
  };
}

async function listDaemonSets(look: Look) {
  const counts = new Map<string, ControllerCount>();
  const daemonSets = await look.list({ path: '/apis/apps/v1/daemonsets' }, (raw) => {
    const count = projectCount(raw);
    counts.set(count.uid, count);
    return projectFound(raw, look.intern);
  });
  for (const object of daemonSets) look.tell({ kind: 'daemonset', uid: object.uid, object }, WATCH.daemonsets);
  return { daemonSets, counts };
}

interface Viewed {
  readonly namespace: string;
  readonly daemonset: string;
  readonly counts: ReadonlyMap<string, ControllerCount>;
  readonly now: Instant;
}

function viewController({ roll }: Pipeline, { namespace, daemonset, counts, now }: Viewed): ControllerView | undefined {
  const own = [...roll.policies.values()].find(
    ({ policy }) => policy.namespace === namespace && policy.daemonset === daemonset,
  );
  const told = counts.get(own?.lastDaemonSet?.object.uid ?? '');
  const recount = own && recountController(roll.inventory, own, now);
  return told === undefined || recount === undefined ? undefined : { told, recount };
}

function openBook(
  { emit, now, warnings }: Look,
  options: { readonly collectorNamespace: string; readonly discover: boolean },
): { readonly book: PolicyBook; readonly feed: PolicyFeed } {
  const feed = createPolicyFeed({ emit, now });
  const inForce: PolicyFeed['inForce'] = (changed, gone) => {
    if (changed.some(({ telemetry }) => telemetry?.queries !== undefined || telemetry?.canary !== undefined))
      warnings.add('not evaluated: what backends of telemetry say, since only `rollcall serve` asks them');
    feed.inForce(changed, gone);
  };
  const sink = { inForce, conditioned: () => undefined };
  return { book: createPolicyBook({ ...options, cluster: '', sink }), feed };
}

async function listTargets(look: Look, daemonSets: readonly DaemonSetObject[]): Promise<void> {
  for (const namespace of new Set(daemonSets.map((own) => own.namespace))) {
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/controllerrevisions`;
    for (const object of await look.list({ path }, (raw) => projectRevision(raw, look.intern))) {
      look.tell({ kind: 'revision', uid: object.uid, object }, path);
    }
  }
  const targets = daemonSets.map(toPodTarget);
  const sharing = createPodSharing(look.intern);
  for (const { id, namespace, labelSelector } of planPodWatches(targets).values()) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const resource = labelSelector === '' ? { path } : { path, labelSelector };
    for (const object of await look.list(resource, (raw) => projectPod(raw, sharing))) {
      if (object.ownerUid !== '') look.tell({ kind: 'pod', uid: object.uid, object }, id);
    }
  }
  for (const { namespace, daemonset } of targets) look.live(podSource(namespace, daemonset));
}
