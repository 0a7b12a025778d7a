/** Plays one fault: brings it about, waits until it is named on every node, looks whether it stays so, and takes it away. */
import { setTimeout as delay } from 'node:timers/promises';
import { REASONS, type NodeAnswer, type NodeDetail } from '@rollcall/contract';
import { waitFor } from '../control-plane/index.ts';
import type { Fault } from './fault.ts';
import type { Outcome } from './outcome.ts';
import { openScene } from './open-scene.ts';
import { runCommands } from './page-commands.ts';
import { each, type Scene, type SceneSize } from './scene.ts';
import type { Stage } from './stage.ts';
import { findStarved } from './starved.ts';

const BEGIN_WITHIN_MS = 180_000;
/** How long the controllers may take: their events share 20 requests a second with all that they make, and a webhook holds one up for 10 s. */
const EVIDENT_WITHIN_MS = 600_000;
const SHOWN_WITHIN_MS = 180_000;
const RETURN_WITHIN_MS = 180_000;
const HOLD_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** What a node may be called on the way: nobody knows better yet. */
const YOUNG = new Set<string>(['Starting', 'RolloutReplacing']);

/** What tells the nodes and pods of one scene apart, which are wrong in the same way. */
const OWN_NAME = /(?<=agent-)[a-z0-9]{5}\b|(?<=[a-z]-\d+-)\d+\b/g;

/** How many nodes it gets, and whether the commands of its runbook page are run in its scene. */
interface Play extends SceneSize {
  readonly withPage?: boolean;
}

/** Never rejects: whatever goes wrong is in the outcome. */
export async function playFault(stage: Stage, fault: Fault, size: Play): Promise<Outcome> {
  const affected = fault.affects?.(size.nodes) ?? size.nodes;
  let scene: Scene | undefined;
  let openedMs = Infinity;
  try {
    scene = await openScene(stage, fault, size);
    openedMs = Date.now();
    return await play(scene, fault, { affected, withPage: size.withPage === true });
  } catch (error) {
    const wrongs = [error instanceof Error ? error.message : String(error)];
    const starved = scene === undefined ? [] : await findStarved(scene, openedMs).catch(() => []);
    return { fault, nodes: affected, right: 0, unexplained: 0, via: [], starved: starved.length, wrongs };
  } finally {
    // A component that stands still is started again, whatever happened.
    await scene?.close().catch((error: unknown) => console.error(`${size.name} was not cleared: ${String(error)}`));
  }
}

async function play(
  scene: Scene,
  fault: Fault,
  { affected, withPage }: { readonly affected: number; readonly withPage: boolean },
): Promise<Outcome> {
  await begin(scene, fault);
  const wallMs = Date.now();
  const started = performance.now();
  await (fault.bringAbout ?? scene.addDaemonSet)(scene);
  const evident = await seeEvidence(scene, fault);
  const shownMs = await seeShown(scene, fault, affected);
  const timed = await hold(scene, fault);
  const verdict = await judge(scene, fault, {
    affected,
    timed,
    wallMs,
    shownWallMs: wallMs + (shownMs ?? Infinity) - started,
  });
  const starved = await findStarved(scene, wallMs);
  const mistold = withPage ? await runCommands(scene, fault.code) : [];
  const returnedMs = await takeAway(scene, fault);
  const wrongs = [...verdict.wrongs, ...mistold, ...(returnedMs === null ? ['coverage did not return'] : [])];
  const due = Math.max(evident, started + (fault.waitsMs ?? 0));
  return {
    fault,
    nodes: affected,
    ...verdict,
    starved: starved.length,
    wrongs,
    ...(shownMs === undefined ? {} : { shownMs: shownMs - started, afterEvidenceMs: Math.max(0, shownMs - due) }),
    ...(typeof returnedMs === 'number' ? { returnedMs } : {}),
  };
}

/** Lets time pass; the nodes that said meanwhile when the controllers try again: a retry that is under way has no time any more. */
async function hold({ stage, namespace }: Scene, { holdsMs = HOLD_MS, retries }: Fault): Promise<ReadonlySet<string>> {
  const timed = new Set<string>();
  const end = performance.now() + holdsMs;
  while (retries && performance.now() < end) {
    for (const { node, retryAt } of await stage.collector.nodes(`${namespace}/agent`))
      if (retryAt !== null) timed.add(node);
    await delay(LOOK_EVERY_MS);
  }
  await delay(Math.max(0, end - performance.now()));
  return timed;
}

async function begin(scene: Scene, fault: Fault): Promise<void> {
  await fault.prepare?.(scene);
  if (fault.begins !== 'covered') return;
  await scene.addDaemonSet();
  if (fault.serve !== undefined) {
    await waitFor(() => areReady(scene), { what: `the pods of ${scene.name}`, deadlineMs: BEGIN_WITHIN_MS });
    await fault.serve(scene);
  }
  await waitFor(() => isCovered(scene), {
    what: `${scene.name} to be covered before the fault`,
    deadlineMs: BEGIN_WITHIN_MS,
    everyMs: LOOK_EVERY_MS,
  });
}

async function areReady({ pods, nodes }: Scene): Promise<boolean> {
  const ready = (await pods()).filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  return ready.length === nodes.length;
}

async function isCovered({ stage, namespace, nodes }: Scene): Promise<boolean> {
  const { counts } = await stage.collector.policy(`${namespace}/agent`);
  return counts.covered === nodes.length && counts.uncovered === 0;
}

/** When the objects showed it, on the clock of `performance`. */
async function seeEvidence(scene: Scene, { evidence }: Fault): Promise<number> {
  if (evidence !== undefined) {
    await waitFor(() => evidence(scene), {
      what: 'the objects to show it',
      deadlineMs: EVIDENT_WITHIN_MS,
      everyMs: LOOK_EVERY_MS,
    });
  }
  return performance.now();
}

/** When all nodes were given the code; undefined if they were not in time. */
async function seeShown(scene: Scene, fault: Fault, affected: number): Promise<number | undefined> {
  const { collector } = scene.stage;
  const name = `${scene.namespace}/agent`;
  const isShown = async (): Promise<boolean> => {
    if (fault.asFinding) {
      const nodes = await (fault.inDetail ? lookUpEach(scene) : collector.nodes(name));
      return nodes.filter((node) => hasFinding(node, fault.code)).length === affected;
    }
    const { reasons } = await collector.policy(name);
    return reasons.find(({ reason }) => reason === fault.code)?.nodes === affected;
  };
  const patience = { what: fault.code, deadlineMs: SHOWN_WITHIN_MS, everyMs: LOOK_EVERY_MS };
  return waitFor(isShown, patience).then(
    () => performance.now(),
    () => undefined,
  );
}

async function lookUpEach({ stage, namespace, nodes }: Scene): Promise<readonly NodeAnswer[]> {
  const details: NodeAnswer[] = [];
  await each(nodes, async (node) => details.push(await stage.collector.node(`${namespace}/agent`, node)));
  return details;
}

function hasFinding({ findings }: NodeAnswer, code: string): boolean {
  return findings.some((finding) => finding.code === code);
}

interface Moment {
  readonly affected: number;
  readonly timed: ReadonlySet<string>;
  readonly wallMs: number;
  readonly shownWallMs: number;
}

type Verdict = Pick<Outcome, 'right' | 'unexplained' | 'via' | 'wrongs'>;

async function judge(scene: Scene, fault: Fault, moment: Moment): Promise<Verdict> {
  const { collector } = scene.stage;
  const name = `${scene.namespace}/agent`;
  const nodes = await collector.nodes(name);
  const wanted = nodes.filter(({ state }) => (state === 'covered') === (fault.asFinding === true));
  const others = nodes.filter((node) => !wanted.includes(node));
  const details: (NodeAnswer | NodeDetail)[] = [];
  // A phantom has no name to ask it by.
  await each(wanted, async (node) => details.push(node.node === '' ? node : await collector.node(name, node.node)));
  const wrongs = details.map((node) => findWrongs(node, fault, moment));
  const right = wrongs.filter((own) => own.length === 0).length;
  const missing = moment.affected - details.length;
  return {
    right: Math.min(right, moment.affected),
    unexplained: details.filter(({ reason }) => reason === 'Unexplained').length,
    via: [...new Set(details.flatMap((node) => detours(node, fault, moment)))],
    wrongs: [
      ...countEach(wrongs.flat().map((wrong) => wrong.replaceAll(OWN_NAME, '…'))),
      ...(missing > 0 ? [`${missing} nodes are ${countEach(others.map(sayStanding)).join(', ')}`] : []),
      ...(missing < 0 ? [`${-missing} nodes too many are ${fault.asFinding ? 'covered' : 'uncovered'}`] : []),
    ],
  };
}

function sayStanding({ state, reason }: NodeAnswer): string {
  return `${state} ${reason ?? ''}`.trim();
}

function countEach(words: readonly string[]): readonly string[] {
  return [...Map.groupBy(words, (word) => word)].map(([word, { length }]) => `${length} x ${word}`);
}

function findWrongs(node: NodeAnswer | NodeDetail, fault: Fault, { shownWallMs, timed }: Moment): readonly string[] {
  const said = whatIsSaid(node, fault);
  if (said === undefined) return [`named ${node.state} ${node.reason ?? ''}: ${node.message}`];
  const after = transitionsOf(node).filter(({ wallMs }) => wallMs > shownWallMs);
  const checks: readonly (readonly [holds: boolean, wrong: string])[] = [
    [(fault.message ?? /\w/).test(said), `message does not name the cause: ${said}`],
    [after.length === 0, `changed its mind: ${after.map(({ to, reason }) => `${to} ${reason}`).join(', ')}`],
    ...(fault.findings ?? []).map((code) => [hasFinding(node, code), `without the finding ${code}`] as const),
    ...(fault.never ?? []).map((code) => [!hasFinding(node, code), `with the finding ${code}`] as const),
    [
      fault.retries !== true || node.retryAt !== null || timed.has(node.node),
      'does not say when the controllers try again',
    ],
    ...('checks' in node ? adviceOf(node, fault) : []),
  ];
  return checks.filter(([holds]) => !holds).map(([, wrong]) => wrong);
}

/** The message under the expected code; undefined if the node has another one. */
function whatIsSaid(node: NodeAnswer, { asFinding, code }: Fault): string | undefined {
  if (asFinding) return node.findings.find((finding) => finding.code === code)?.message;
  return node.reason === code ? node.message : undefined;
}

function adviceOf({ runbook, nextStep }: NodeDetail, fault: Fault): readonly (readonly [boolean, string])[] {
  return [
    [runbook !== null, 'without a runbook'],
    [fault.asFinding === true || nextStep !== null, 'without a next step'],
  ];
}

function transitionsOf(node: NodeAnswer | NodeDetail): NodeDetail['transitions'] {
  return 'transitions' in node ? node.transitions : [];
}

function detours(node: NodeAnswer | NodeDetail, { code, begins }: Fault, { wallMs }: Moment): readonly string[] {
  const usual = new Set([code, ...YOUNG, ...(begins === 'covered' ? [] : ['DaemonSetMissing'])]);
  return transitionsOf(node)
    .filter((one) => one.wallMs >= wallMs && one.reason in REASONS && !usual.has(one.reason))
    .map(({ reason }) => reason);
}

/** Milliseconds until coverage was back; null if it did not come back, undefined if the fault stays. */
async function takeAway(scene: Scene, fault: Fault): Promise<number | null | undefined> {
  if (fault.takeAway === undefined) return undefined;
  const started = performance.now();
  await fault.takeAway(scene);
  if (fault.asFinding) return undefined;
  const patience = { what: 'coverage', deadlineMs: RETURN_WITHIN_MS, everyMs: LOOK_EVERY_MS };
  return waitFor(() => isCovered(scene), patience).then(
    () => performance.now() - started,
    () => null,
  );
}
