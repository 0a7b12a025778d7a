/** Makes random pairs of a Node and a DaemonSet as raw JSON from a seed: the same seed gives the same pairs for ever. */
import {
  BAD_KEYS,
  BAD_OPERATORS,
  BAD_VALUES,
  EFFECTS,
  INTEGERS,
  KEYS,
  OPERATORS,
  TAINT_KEYS,
  TOLERATION_OPERATORS,
  VALUES,
} from './expectation-vocabulary.ts';
import { createRandom, type Random } from './random.ts';

/** One line of the oracle's input. */
export interface Pair {
  readonly node: Json;
  readonly daemonset: Json;
}

type Json = Readonly<Record<string, unknown>>;

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

const NODE_NAMES = ['n1', 'n2'] as const;

/** `count` pairs. A node is made to fit its DaemonSet more often than chance would, and to miss it narrowly. */
export function* generatePairs(seed: number, count: number): Generator<Pair> {
  const random = createRandom(seed);
  for (let index = 0; index < count; index++) {
    const podSpec = makePodSpec(random);
    yield { node: makeNode(random, podSpec), daemonset: makeDaemonSet(podSpec) };
  }
}

function makeDaemonSet(podSpec: Json): Json {
  return {
    metadata: { name: 'agent', namespace: 'system', uid: 'd' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: { spec: podSpec } },
  };
}

function makePodSpec(random: Random): Json & { readonly tolerations?: readonly Taint[] } {
  return {
    ...(random.chance(0.04) && { nodeName: random.pick(['', ...NODE_NAMES]) }),
    ...(random.chance(0.3) && { hostNetwork: random.chance(0.8) }),
    ...(random.chance(0.4) && { nodeSelector: makeNodeSelector(random) }),
    ...(random.chance(0.6) && { affinity: makeAffinity(random) }),
    ...(random.chance(0.7) && { tolerations: random.some(3, () => makeToleration(random)) }),
  };
}

function makeNodeSelector(random: Random): Json | null {
  if (random.chance(0.1)) return null;
  return Object.fromEntries(random.some(2, () => [makeKey(random, 0.1), makeValue(random, 0.1)]));
}

function makeAffinity(random: Random): unknown {
  const absent = [null, {}, { nodeAffinity: null }, { nodeAffinity: {} }, requireTerms(null)];
  if (random.chance(0.1)) return random.pick(absent);
  if (random.chance(0.1))
    return requireTerms(random.pick([{}, { nodeSelectorTerms: null }, { nodeSelectorTerms: [] }]));
  const preference = { matchExpressions: [makeRequirement(random)] };
  const preferred = [{ weight: 1, preference }];
  if (random.chance(0.05)) return { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
  return requireTerms({ nodeSelectorTerms: [makeTerm(random), ...random.some(2, () => makeTerm(random))] });
}

function requireTerms(required: unknown): Json {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
}

function makeTerm(random: Random): Json {
  return {
    ...(random.chance(0.9) && {
      matchExpressions: random.chance(0.03) ? null : random.some(3, () => makeRequirement(random)),
    }),
    ...(random.chance(0.15) && { matchFields: random.chance(0.1) ? null : random.some(2, () => makeField(random)) }),
  };
}

function makeRequirement(random: Random): Requirement {
  const operator = random.pick(random.chance(0.02) ? BAD_OPERATORS : OPERATORS);
  const key = makeKey(random, 0.03);
  if (random.chance(0.02)) return { key, operator, values: random.pick([null, [], ['a'], ['a', 'b']]) };
  switch (operator) {
    case 'Exists':
    case 'DoesNotExist':
      return random.chance(0.9) ? { key, operator } : { key, operator, values: [] };
    case 'Gt':
    case 'Lt':
      return { key, operator, values: [random.pick(random.chance(0.6) ? ['4', '5', '6', '05'] : INTEGERS)] };
    default:
      return { key, operator, values: [makeValue(random, 0.03), ...random.some(2, () => makeValue(random, 0.02))] };
  }
}

function makeField(random: Random): Requirement {
  const key = random.chance(0.9) ? 'metadata.name' : random.pick(['', 'metadata.namespace', 'spec.unschedulable']);
  const operator = random.pick(['In', 'In', 'In', 'NotIn', 'NotIn', 'Exists', 'Gt', '']);
  if (random.chance(0.1)) return { key, operator, values: random.pick([null, [], ['n1', 'n2'], ['']]) };
  return { key, operator, values: [random.pick(NODE_NAMES)] };
}

function makeToleration(random: Random): Taint & { readonly operator?: string; readonly tolerationSeconds?: number } {
  return {
    key: random.chance(0.08) ? '' : random.pick(TAINT_KEYS),
    ...(random.chance(0.9) && { operator: random.pick(TOLERATION_OPERATORS) }),
    ...(random.chance(0.5) && { value: random.pick(['', 'gpu', '900']) }),
    effect: random.pick(EFFECTS),
    ...(random.chance(0.1) && { tolerationSeconds: 30 }),
  };
}

function makeNode(random: Random, podSpec: Json): Json {
  const tolerations = (podSpec['tolerations'] ?? []) as readonly Taint[];
  return {
    metadata: {
      name: random.pick(NODE_NAMES),
      uid: 'n',
      ...(random.chance(0.95) && { labels: makeLabels(random, podSpec) }),
      ...(random.chance(0.05) && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: {
      ...(random.chance(0.1) && { unschedulable: true }),
      ...(random.chance(0.6) && { taints: random.some(3, () => makeTaint(random, tolerations)) }),
    },
    status: { conditions: [{ type: 'Ready', status: random.pick(['True', 'False', 'Unknown']) }] },
  };
}

// Random labels first, then those that the template asks for, most of them in full.
function makeLabels(random: Random, podSpec: Json): Json | null {
  if (random.chance(0.03)) return null;
  const labels = new Map(random.some(4, () => [makeKey(random, 0.1), makeLabelValue(random)] as const));
  const wanted = Object.entries((podSpec['nodeSelector'] ?? {}) as Readonly<Record<string, string>>);
  for (const [key, value] of wanted) if (random.chance(0.9)) labels.set(key, value);
  for (const requirement of findRequirements(random, podSpec)) {
    if (random.chance(0.85)) satisfy(random, requirement, labels);
  }
  return Object.fromEntries(labels);
}

function findRequirements(random: Random, podSpec: Json): readonly Requirement[] {
  const required = (podSpec as PodSpecWithTerms).affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  return terms.length === 0 ? [] : (random.pick(terms).matchExpressions ?? []);
}

interface PodSpecWithTerms {
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly { readonly matchExpressions?: readonly Requirement[] | null }[] | null;
      } | null;
    } | null;
  } | null;
}

function satisfy(random: Random, { key, operator, values }: Requirement, labels: Map<string, string>): void {
  if (operator === 'In' && values?.length) labels.set(key, random.pick(values));
  else if (operator === 'Exists') labels.set(key, makeLabelValue(random));
  else if (operator === 'NotIn' && random.chance(0.5)) labels.set(key, makeLabelValue(random));
  else if (operator === 'Gt') labels.set(key, random.pick(['6', '06', '+6', '7', ...INTEGERS]));
  else if (operator === 'Lt') labels.set(key, random.pick(['3', '03', '+3', '-9', ...INTEGERS]));
  else labels.delete(key);
}

// Half of the taints are cut to a toleration's measure, often missing it in one field.
function makeTaint(random: Random, tolerations: readonly Taint[]): Taint {
  const key = random.pick(TAINT_KEYS);
  const taint = {
    key,
    value: random.chance(0.5) ? undefined : random.pick(['', 'gpu', 'cpu', '950']),
    effect: random.pick(EFFECTS),
  };
  if (tolerations.length === 0 || random.chance(0.4)) return taint;
  const near = random.pick(tolerations);
  return {
    key: random.chance(0.9) && near.key !== '' ? near.key : key,
    value: random.chance(0.8) ? near.value : taint.value,
    effect: random.chance(0.8) && near.effect !== '' ? near.effect : taint.effect,
  };
}

function makeKey(random: Random, badShare: number): string {
  return random.pick(random.chance(badShare) ? BAD_KEYS : KEYS);
}

function makeValue(random: Random, badShare: number): string {
  return random.pick(random.chance(badShare) ? BAD_VALUES : VALUES);
}

function makeLabelValue(random: Random): string {
  return random.chance(0.3) ? random.pick(INTEGERS) : makeValue(random, 0.1);
}
