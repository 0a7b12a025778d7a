/** The policies of the random cluster. */
import { VIRTUAL_NODES, type Policy } from '@rollcall/contract';
import { buildPolicy, HOUR, MINUTE } from './test-objects.ts';
import type { Chance } from './test-random.ts';
import { DAEMON_SOURCES } from './test-world-witnesses.ts';

const POOL_C = { name: 'pool-c', selector: { matchLabels: { pool: 'c' }, matchExpressions: [] } };

/** A policy as chance has it. The first turns now and then to another DaemonSet; no two are ever about the same one. */
export function drawPolicy(chance: Chance, uid: string, wallMs: number): Policy {
  const daemonset = uid === 'p0' && chance.once(3) ? 'e0' : `d${uid.slice(1)}`;
  const explicit = { matchLabels: { role: chance.pick(['worker', 'idle']) }, matchExpressions: [] };
  return buildPolicy({
    uid,
    daemonset,
    generation: chance.below(1_000),
    ...(chance.once(3) ? { selector: explicit } : {}),
    exclusions: [...VIRTUAL_NODES, ...(chance.once(4) ? [POOL_C] : [])],
    poolLabels: chance.once(8) ? ['role'] : ['pool'],
    minimum: new Map(chance.once(2) ? [[chance.pick(['a', 'b', 'ghost']), 1 + chance.below(15)]] : []),
    podLayer: {
      asked: !chance.once(10),
      offPools: chance.once(8) ? ['b'] : [],
      startDeadlineMs: chance.pick([MINUTE, 5 * MINUTE]),
    },
    ...drawLayers(chance),
    grace: {
      joiningMs: chance.pick([0, 5 * MINUTE]),
      leavingMs: chance.pick([0, 15 * MINUTE]),
      nodeNotReadyMs: chance.pick([0, 10 * MINUTE]),
    },
    nodeNotReadyExcused: chance.once(2),
    exemptions: chance.once(3)
      ? [{ nodes: ['n1', 'n2', 'n3'], owner: 'ana', reason: 'x', expiresAt: wallMs + chance.below(24 * HOUR) }]
      : [],
    objectives: drawObjectives(chance, uid),
  });
}

/** A policy keeps its SLIs for life, or series would end and not fall. */
function drawObjectives(chance: Chance, uid: string): Policy['objectives'] {
  const of = { target: 0.99, windowMs: 1 };
  const owners = chance.once(2) ? { owners: [chance.pick(['agent', 'node', 'platform'] as const)] } : {};
  const nth = Number(uid.slice(1));
  const others = (['stability', 'join'] as const).filter((_, index) => (nth + index) % 3 !== 0);
  return [{ sli: 'coverage', ...of, ...owners }, ...others.map((sli) => ({ sli, ...of }))];
}

function drawLayers(chance: Chance): Pick<Policy, 'daemonLayer' | 'heartbeatLayer'> {
  const daemonLayer = { source: chance.pick(DAEMON_SOURCES), maxProbeAgeMs: 90_000 };
  const heartbeatLayer = { periodMs: 10_000, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };
  return { ...(chance.once(2) ? { daemonLayer } : {}), ...(chance.once(3) ? { heartbeatLayer } : {}) };
}
