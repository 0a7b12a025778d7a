import { daemonSource, WATCH, type ClusterEvent, type DaemonObject, type NodeObject } from '@rollcall/contract';
import { expect, inject, test } from 'vitest';
import { createAudited } from '../test-audit.ts';
import { describeStanding } from '../test-cluster.ts';
import { buildDaemon, buildNode, buildPolicy, MINUTE, SECOND, START } from '../test-objects.ts';
import { createChance, type Chance } from '../test-random.ts';
import type { Roll } from './index.ts';

/** Other sets come by ROLLCALL_SEED. */
const SEED = Number(process.env['ROLLCALL_SEED'] ?? 41_000);
const SETS = 3_000 * inject('rounds');
const NODES = 5;
const DAEMONS = 5;
const MAX_AGE = 90 * SECOND;
const SOURCE = daemonSource('local');

/** A machine in the plainest form: all names by which it goes, in one spelling. */
interface Names {
  readonly instances: readonly string[];
  readonly uids: readonly string[];
  readonly hosts: readonly string[];
  readonly ips: readonly string[];
}

interface TrueNode {
  readonly names: Names;
  readonly object: NodeObject;
}

interface TrueDaemon {
  readonly names: Names;
  readonly object: DaemonObject;
  /** When it was last probed, on the monotonic clock; never fresh when undefined. */
  readonly probedMono: number | undefined;
}

interface Truth {
  readonly nodes: Map<string, TrueNode>;
  readonly daemons: Map<string, TrueDaemon>;
}

/** The definition, pair by pair: one strong name in common, or a host and an address. */
function isMatch(one: Names, other: Names): boolean {
  const meet = (key: keyof Names): boolean => one[key].some((name) => other[key].includes(name));
  return meet('instances') || meet('uids') || (meet('hosts') && meet('ips'));
}

/** What a node is by the definition: every Daemon is set against every node. */
function judgeBrutally({ nodes, daemons }: Truth, name: string, nowMono: number): string {
  const own = nodes.get(name);
  if (own === undefined) return 'absent';
  const matching = [...daemons.values()].filter((daemon) => isMatch(own.names, daemon.names));
  const isFresh = ({ probedMono }: TrueDaemon): boolean => probedMono !== undefined && nowMono - probedMono < MAX_AGE;
  const candidates = matching.some(isFresh) ? matching.filter(isFresh) : matching;
  const [daemon] = candidates;
  if (daemon === undefined) return 'uncovered:DaemonMissing';
  const served = [...nodes.values()].filter((node) => isMatch(node.names, daemon.names));
  if (candidates.length > 1 || served.length > 1) return 'uncovered:DaemonAmbiguous';
  if (daemon.object.daemonHealth.toLowerCase() !== 'ok') return 'uncovered:DaemonUnhealthy';
  if (daemon.object.driverHealth.toLowerCase() !== 'ok') return 'uncovered:DriverUnhealthy';
  return isFresh(daemon) ? 'covered' : 'uncovered:ProbeStale';
}

const HOSTS = ['h0', 'h1', 'h2'];
const IPS = ['10.0.0.1', '10.0.0.2', '2001:db8::1'];
/** How a Daemon may spell what a Node spells otherwise. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  h0: ['h0', 'H0', 'h0.'],
  '10.0.0.1': ['10.0.0.1', '10.0.0.1/24', '::ffff:10.0.0.1'],
  '2001:db8::1': ['2001:db8::1', '2001:DB8:0:0::1', '2001:db8::1%eth0'],
  'i-0': ['i-0', 'I-0', ' i-0 '],
  'z/i-1': ['z/i-1', 'aws:///z/i-1'],
};
const INSTANCES = ['i-0', 'i-1', 'z/i-1', 'p/z/m0', 'p/z/m1', 'm0', '4711', 'vmss_3', '3', 'w-7', 'h0', 'h1'];

function some(chance: Chance, words: readonly string[]): readonly string[] {
  return words.filter(() => chance.once(3));
}

function drawNode(chance: Chance, index: number): TrueNode {
  const name = `h${index}`;
  const number = chance.below(2);
  const [providerId, instances] = chance.pick<readonly [string, readonly string[]]>([
    ['', []],
    [`aws:///z/i-${number}`, [`z/i-${number}`, `i-${number}`]],
    [`aws:///z/i-${number}`, [`z/i-${number}`, `i-${number}`]],
    [`gce://p/z/m${number}`, [`p/z/m${number}`]],
    ['azure:///virtualMachineScaleSets/VMSS/virtualMachines/3', ['vmss_3']],
    ['metal://w-7', ['w-7']],
    [`k3s://${name}`, []],
  ]);
  const numbered = providerId.startsWith('gce') && chance.once(2);
  const annotations = numbered ? { 'container.googleapis.com/instance_id': '4711' } : {};
  const hosts = some(chance, HOSTS);
  const ips = some(chance, IPS);
  const uid = `u${index}-${chance.below(2)}`;
  return {
    names: { instances: [...instances, ...(numbered ? ['4711'] : [])], uids: [uid], hosts: [name, ...hosts], ips },
    object: buildNode(name, { uid, providerId, annotations, hosts, ips }),
  };
}

function drawDaemon(chance: Chance, name: string): Pick<TrueDaemon, 'names' | 'object'> {
  const instances = chance.once(2) ? [] : [chance.pick(INSTANCES)];
  const uids = chance.once(6) ? [`u${chance.below(NODES)}-0`] : [];
  const [hosts, ips] = chance.once(2) ? [some(chance, HOSTS), some(chance, IPS)] : [[], []];
  const spell = (word: string): string => chance.pick(SPELLINGS[word] ?? [word]);
  const object = buildDaemon({
    name,
    instanceIds: instances.map(spell),
    nodeUids: uids,
    hosts: hosts.map(spell),
    ips: ips.map(spell),
    daemonHealth: chance.pick(['ok', 'ok', 'OK', 'ok', 'bad']),
    driverHealth: chance.pick(['ok', 'ok', 'Ok', 'ok', '']),
  });
  return { names: { instances, uids, hosts, ips }, object };
}

interface Play {
  readonly chance: Chance;
  readonly truth: Truth;
  readonly roll: Roll;
  readonly clock: { monoMs: number; wallMs: number };
}

function changeNode({ chance, truth, roll, clock }: Play): void {
  const index = chance.below(NODES);
  const known = truth.nodes.get(`h${index}`);
  const stamp = { source: WATCH.nodes, ...clock };
  if (known !== undefined && chance.once(4)) {
    truth.nodes.delete(known.object.name);
    roll.apply({ kind: 'node', uid: known.object.uid, object: undefined, ...stamp });
    return;
  }
  const node = drawNode(chance, index);
  truth.nodes.set(node.object.name, node);
  roll.apply({ kind: 'node', uid: node.object.uid, object: node.object, ...stamp });
}

function changeDaemon({ chance, truth, roll, clock }: Play): void {
  const name = `d${chance.below(DAEMONS)}`;
  const known = truth.daemons.get(name);
  const tell = (object: DaemonObject | undefined): void =>
    roll.apply({ kind: 'daemon', uid: `uid-${name}`, object, source: SOURCE, ...clock });
  if (known !== undefined && chance.once(5)) {
    truth.daemons.delete(name);
    tell(undefined);
    return;
  }
  const { names, object } = known !== undefined && chance.once(2) ? known : drawDaemon(chance, name);
  const probe = drawProbe(chance, known, clock);
  truth.daemons.set(name, { names, ...probe, object: { ...object, lastProbeAt: probe.lastProbeAt } });
  tell({ ...object, lastProbeAt: probe.lastProbeAt });
}

/** A first probe is as old as it says, but not younger than now; one that changes is as old as its arrival. */
function drawProbe(
  chance: Chance,
  known: TrueDaemon | undefined,
  { monoMs, wallMs }: Play['clock'],
): { readonly lastProbeAt: number | undefined; readonly probedMono: number | undefined } {
  if (known?.probedMono !== undefined && chance.once(3))
    return { lastProbeAt: known.object.lastProbeAt, probedMono: known.probedMono };
  if (chance.once(12)) return { lastProbeAt: undefined, probedMono: undefined };
  // Values that change are those of this very moment, so that the source's offset is 0.
  if (known !== undefined) return { lastProbeAt: wallMs, probedMono: monoMs };
  const ageMs = chance.pick([0, 30 * SECOND, 5 * MINUTE, -MINUTE - 7]);
  return { lastProbeAt: wallMs - ageMs, probedMono: monoMs - Math.max(0, ageMs) };
}

const STARTED: readonly ClusterEvent[] = [
  ...[WATCH.nodes, WATCH.daemonsets, SOURCE].map((source) => ({
    ...START,
    kind: 'watchState' as const,
    source,
    uid: source,
    state: 'live' as const,
  })),
  {
    ...START,
    kind: 'policy',
    source: 'test',
    uid: 'policy-agent',
    object: buildPolicy({
      selector: { matchLabels: {}, matchExpressions: [] },
      podLayer: { asked: false, offPools: [], startDeadlineMs: MINUTE },
      daemonLayer: { source: 'local', maxProbeAgeMs: MAX_AGE },
    }),
  },
];

test(`${SETS} random sets of identities from seed ${SEED}: no difference to a matcher that sets every Daemon against every node`, () => {
  const chance = createChance(SEED);
  const seen = new Map<string, number>();
  const differences: string[] = [];
  for (let set = 0; set < SETS; set += 1) {
    const { roll } = createAudited();
    for (const event of STARTED) roll.apply(event);
    const play: Play = { chance, roll, truth: { nodes: new Map(), daemons: new Map() }, clock: { ...START } };
    for (let event = 4 + chance.below(12); event > 0; event -= 1) {
      if (chance.once(2)) changeNode(play);
      else changeDaemon(play);
      const ms = chance.pick([0, 0, SECOND, 30 * SECOND, MINUTE, MAX_AGE]);
      play.clock.monoMs += ms;
      play.clock.wallMs += ms;
    }
    roll.advance(play.clock);
    for (let index = 0; index < NODES; index += 1) {
      const expected = judgeBrutally(play.truth, `h${index}`, play.clock.monoMs);
      const found = describeStanding(roll.policies.get('policy-agent')?.records.get(`h${index}`)?.standing);
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
      if (found !== expected) differences.push(`set ${set}: h${index} is ${found}, not ${expected}`);
    }
  }
  expect(differences).toEqual([]);
  // The alphabets are small, so that every answer is common.
  expect([...seen.keys()].sort()).toEqual([
    'absent',
    'covered',
    'uncovered:DaemonAmbiguous',
    'uncovered:DaemonMissing',
    'uncovered:DaemonUnhealthy',
    'uncovered:DriverUnhealthy',
    'uncovered:ProbeStale',
  ]);
  expect(Math.min(...seen.values())).toBeGreaterThan(100);
}, 60_000);
