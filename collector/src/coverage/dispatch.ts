/** What follows from an event: which nodes of which policies are reviewed because of what it touched. */
import { daemonSource, telemetrySource, usageSource, WATCH, type MaintenanceObject } from '@rollcall/contract';
import type { Touched } from '../inventory/index.ts';
import { keepDaemonSet, start } from './apply-policy.ts';
import { countReports } from './count-reports.ts';
import { countHeartbeat, type Heard } from './count-heartbeat.ts';
import { egressSources } from './egress/egress-sight.ts';
import { speaksFor } from './maintenance.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import { ASKED_LAYERS } from './judge.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { resourcesSli } from './resources-sli.ts';
import type { Context, Work } from './roll-context.ts';
import type { Instant } from './subject.ts';
import { noteRestart } from './note-restart.ts';
import { noteRefused, noteUnplaced } from './note-scheduling.ts';
import { originsOf } from './telemetry-sight.ts';
import { NODES_IN_STRETCH, review, reviewAll, reviewPodless, settle, strike } from './walk-roll.ts';

/** Reviews what an event touched: few nodes at once; the nodes of whole policies in the stretches of the work that is answered. */
export function dispatch(context: Context, touched: Touched, now: Instant): Work | undefined {
  switch (touched.kind) {
    case 'nothing':
      return undefined;
    case 'node':
      return onNode(context, touched, now);
    case 'repeat':
      return reviewSome(context, [touched.node], { concerns: readsWallClock, now });
    case 'pods':
      onPods(context, touched, now);
      return touched.resumed === undefined ? undefined : onPodless(context, ownsAny([touched.resumed]), now);
    case 'podless':
      noteRefused(context, { owner: touched.owner, count: touched.refused }, now);
      return touched.isOther ? onPodless(context, ownsAny([touched.owner]), now) : undefined;
    case 'namespace':
      return onPodless(context, isWithin(touched.name), now);
    case 'witness':
      return reviewSome(context, touched.nodes, { concerns: hears(touched.source), now });
    case 'daemonset':
      return onDaemonSet(context, touched, now);
    case 'revision':
      return onRevision(context, touched.ownerUid, now);
    case 'heartbeat':
      return onHeartbeat(context, touched, now);
    case 'reports':
      return onReports(context, touched, now);
    case 'usage':
      return reviewSome(context, touched.nodes, { concerns: measures(touched.source), now });
    case 'network':
      return onNetwork(context, touched.namespace, now);
    case 'watch':
      return onWatch(context, touched.source, now);
    case 'maintenance':
      return onMaintenance(context, touched.windows, now);
    case 'lead':
      return onLead(context, now);
  }
}

function* onDaemonSet(context: Context, { key, spec }: DaemonSetTouched, now: Instant): Work {
  for (const roll of startedRolls(context, isAbout(key))) {
    if (spec) yield roll;
    const cause = keepDaemonSet(context, roll);
    if (spec) yield* reviewAll(context, roll, { cause, now });
    settle(context, roll, now);
  }
}

type DaemonSetTouched = Extract<Touched, { readonly kind: 'daemonset' }>;

function* onRevision(context: Context, ownerUid: string, now: Instant): Work {
  for (const roll of startedRolls(context, ownsAny([ownerUid]))) {
    yield* reviewAll(context, roll, { cause: 'change', now });
    settle(context, roll, now);
  }
}

/** What refuses pods, or lets them come again, concerns the nodes that have none. */
function* onPodless(context: Context, concerns: Concerns, now: Instant): Work {
  for (const roll of startedRolls(context, concerns)) {
    yield* reviewPodless(context, roll, now);
    settle(context, roll, now);
  }
}

/** A change of NetworkPolicies, or of a namespace's labels, may open or cut the way of all nodes. */
function* onNetwork(context: Context, namespace: string, now: Instant): Work {
  const concerns: Concerns = ({ policy }) =>
    policy.telemetry?.sink !== undefined && [policy.namespace, policy.telemetry.sink.namespace].includes(namespace);
  for (const roll of startedRolls(context, concerns)) {
    yield* reviewAll(context, roll, { cause: 'change', now });
    settle(context, roll, now);
  }
}

/** A window that came, changed or went concerns the nodes of the policies that it spoke or speaks for. */
function* onMaintenance(context: Context, windows: readonly MaintenanceObject[], now: Instant): Work {
  const concerned = [...context.policies.values()].filter(({ policy }) =>
    windows.some((one) => speaksFor(one, policy)),
  );
  for (const roll of concerned) {
    roll.maintenance = undefined;
    if (!roll.started) continue;
    yield* reviewAll(context, roll, { cause: 'change', now });
    settle(context, roll, now);
  }
}

function onNode(context: Context, touched: Extract<Touched, { readonly kind: 'node' }>, now: Instant): undefined {
  forStarted(context, now, {
    concerns: anyRoll,
    work: (roll) => {
      if (touched.removed !== undefined)
        strike(context, roll, { key: touched.name, now, evidence: 'the node is gone' });
      review(context, roll, {
        name: touched.name,
        cause: touched.isNew ? 'newNode' : 'change',
        before: touched.before,
        now,
      });
    },
  });
  reviewSome(context, touched.witnessed, { concerns: hearsWitnesses, now });
}

function onPods(context: Context, touched: Extract<Touched, { readonly kind: 'pods' }>, now: Instant): void {
  for (const restart of touched.restarts ?? []) noteRestart(context, restart, now);
  const { owners, nodes, unplaced } = touched;
  if (unplaced !== undefined) noteUnplaced(context, { owners, nodes, unplaced }, now);
  reviewSome(context, touched.nodes, { concerns: ownsAny(touched.owners), now });
  reviewSome(context, touched.witnessed, { concerns: hearsWitnesses, now });
}

function onReports(context: Context, { source, reports }: ReportsTouched, now: Instant): undefined {
  for (const roll of context.policies.values()) {
    const { policy } = roll;
    const origin = originsOf(policy).find((own) => telemetrySource(policy.uid, own) === source);
    if (origin === undefined || !roll.started) continue;
    countReports(context, roll, { origin, reports, now });
    for (const { node } of reports) review(context, roll, { name: node, cause: 'change', now });
    settle(context, roll, now);
  }
}

type ReportsTouched = Extract<Touched, { readonly kind: 'reports' }>;

type Concerns = (roll: PolicyRoll) => boolean;

/** Which rolls an event concerns, and what it does to each. */
interface Concern {
  readonly concerns: Concerns;
  readonly work: (roll: PolicyRoll) => void;
}

const anyRoll: Concerns = () => true;

const hearsWitnesses: Concerns = ({ policy }) =>
  policy.daemonLayer !== undefined || policy.heartbeatLayer !== undefined;

/** What else is judged changes by an event or at a due time; a step of the wall clock is neither. */
const readsWallClock: Concerns = ({ policy }) => policy.exemptions.length > 0;

function hears(source: string): Concerns {
  return ({ policy: { daemonLayer, heartbeatLayer } }) =>
    source === WATCH.nodeStates
      ? heartbeatLayer !== undefined
      : daemonLayer !== undefined && daemonSource(daemonLayer.source) === source;
}

function measures(source: string): Concerns {
  return ({ policy, askedSlis }) => usageSource(policy.uid) === source && askedSlis.includes(resourcesSli);
}

interface Some {
  readonly concerns: Concerns;
  readonly now: Instant;
}

function reviewSome(context: Context, names: readonly string[], { concerns, now }: Some): undefined {
  if (names.length === 0) return undefined;
  forStarted(context, now, {
    concerns,
    work: (roll) => {
      for (const name of names) review(context, roll, { name, cause: 'change', now });
    },
  });
}

function ownsAny(ownerUids: readonly string[]): Concerns {
  return ({ lastDaemonSet }) => lastDaemonSet !== undefined && ownerUids.includes(lastDaemonSet.object.uid);
}

function listensTo(ownerUid: string): Concerns {
  return ({ policy, daemonSet }) => daemonSet?.object.uid === ownerUid && heartbeatTerms(policy) !== undefined;
}

function isWithin(namespace: string): Concerns {
  return ({ policy }) => policy.namespace === namespace;
}

function isAbout(key: string): Concerns {
  return ({ policy }) => `${policy.namespace}/${policy.daemonset}` === key;
}

/** Works on the started rolls that an event concerns; the others cost a comparison, so that many policies stay cheap. */
function forStarted(context: Context, now: Instant, { concerns, work }: Concern): void {
  for (const roll of context.policies.values()) {
    if (!roll.started || !concerns(roll)) continue;
    work(roll);
    settle(context, roll, now);
  }
}

function startedRolls({ policies }: Context, concerns: Concerns): readonly PolicyRoll[] {
  return [...policies.values()].filter((roll) => roll.started && concerns(roll));
}

function* onWatch(context: Context, source: string, now: Instant): Work {
  for (const roll of context.policies.values()) {
    roll.observed = undefined;
    if (roll.started && !needs(roll, source)) continue;
    yield* roll.started ? reviewAll(context, roll, { cause: 'change', now }) : start(context, roll, now);
    settle(context, roll, now);
  }
}

function onHeartbeat(context: Context, heard: Heard, now: Instant): undefined {
  forStarted(context, now, {
    concerns: listensTo(heard.ownerUid),
    work: (roll) => {
      if (!heard.replayed) review(context, roll, { name: heard.node, cause: 'change', now });
      countHeartbeat({ ...context, monoMs: now.monoMs }, roll, heard);
    },
  });
}

/** Who begins to lead does not know yet whose silence is silence: those that are bad for it are no longer known to be. */
function* onLead(context: Context, now: Instant): Work {
  for (const roll of startedRolls(context, ({ policy }) => heartbeatTerms(policy) !== undefined)) {
    yield roll;
    let left = NODES_IN_STRETCH;
    for (const { name } of [...roll.uncovered]) {
      review(context, roll, { name, cause: 'change', now });
      left -= 1;
      if (left > 0) continue;
      yield roll;
      left = NODES_IN_STRETCH;
    }
    settle(context, roll, now);
  }
}

function needs({ policy, daemonSet, askedSlis }: PolicyRoll, source: string): boolean {
  // Phantoms hang on the nodes alone.
  if (source === WATCH.nodes) return true;
  if (askedSlis.some((sli) => sli.sources(policy).includes(source))) return true;
  if (egressSources(policy).includes(source)) return true;
  const asked = ASKED_LAYERS.filter((layer) => layer.isAsked(policy));
  return asked.some((layer) =>
    [...layer.sources({ policy, daemonSet }), ...(layer.aids?.(policy) ?? [])].includes(source),
  );
}
