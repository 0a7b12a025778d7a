/** Against a plain evaluator written from the specification of networking.k8s.io/v1, which asks of single pods, addresses and ports. */
import { BlockList } from 'node:net';
import fc from 'fast-check';
import type {
  EgressPeer,
  EgressPort,
  EgressRule,
  LabelSelector,
  NetworkPolicyObject,
  Sink,
  StringMap,
} from '@rollcall/contract';
import { expect, test } from 'vitest';
import { judgeEgress, type EgressQuestion } from './judge-egress.ts';
import type { Answer } from './kleene.ts';

const SEED = Number(process.env['SEED'] ?? 20_260_101);
const RUNS = 2_000;
const KEYS = ['app', 'tier'];
const VALUES = ['a', 'b'];
const NAMESPACES = ['agents', 'telemetry'];

/** One pod that may be sent to, or one address. */
interface Target {
  readonly pod?: {
    readonly namespace: string;
    readonly labels: StringMap;
    readonly ports: Readonly<Record<string, number>>;
  };
  readonly address?: string;
  readonly port: number;
}

// "A label selector is a label query over a set of resources. The result of matchLabels and matchExpressions are ANDed."
function fits({ matchLabels, matchExpressions }: LabelSelector, labels: StringMap): boolean {
  const has = (key: string): boolean => Object.keys(labels).includes(key);
  const pairs = Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value);
  return (
    pairs &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator === 'In') return has(key) && values.includes(labels[key] ?? '');
      if (operator === 'NotIn') return !has(key) || !values.includes(labels[key] ?? '');
      return operator === 'Exists' ? has(key) : !has(key);
    })
  );
}

const lists = new Map<string, BlockList>();

function listOf(block: string, family: 'ipv4' | 'ipv6'): BlockList {
  const known = lists.get(block) ?? new BlockList();
  const [network = '', length = ''] = block.split('/');
  if (!lists.has(block)) known.addSubnet(network, Number(length), family);
  lists.set(block, known);
  return known;
}

function inBlock({ cidr, except }: NonNullable<EgressPeer['block']>, address: string): boolean {
  const isIn = (block: string): boolean => {
    const family = block.includes(':') ? 'ipv6' : 'ipv4';
    return family === (address.includes(':') ? 'ipv6' : 'ipv4') && listOf(block, family).check(address, family);
  };
  return isIn(cidr) && !except.some(isIn);
}

/** Whether a daemon of the question may open a connection to the target; `blocksMeanPods` is what plugins differ in. */
function mayConnect(question: EgressQuestion, target: Target, blocksMeanPods: boolean): boolean {
  const isSelected = (policy: NetworkPolicyObject): boolean =>
    policy.namespace === question.namespace && policy.limitsEgress && fits(policy.podSelector, question.podLabels);
  const selecting = question.policies.filter(isSelected);
  // "If no policies select a pod, all its traffic is allowed."
  if (selecting.length === 0) return true;
  const meets = ({ block, namespaceSelector, podSelector }: EgressPeer): boolean => {
    if (block !== undefined) return target.address === undefined ? blocksMeanPods : inBlock(block, target.address);
    const { pod } = target;
    if (pod === undefined) return false;
    const labels = pod.namespace === question.sink.namespace ? question.sinkLabels : {};
    const inNamespace =
      namespaceSelector === undefined ? pod.namespace === question.namespace : fits(namespaceSelector, labels);
    return inNamespace && (podSelector === undefined || fits(podSelector, pod.labels));
  };
  const admits = ({ protocol, port, endPort }: EgressPort): boolean => {
    if (protocol !== 'TCP') return false;
    if (port === undefined) return true;
    if (typeof port === 'string') return target.pod?.ports[port] === target.port;
    return endPort === undefined ? port === target.port : port <= target.port && target.port <= endPort;
  };
  const allows = ({ to, ports }: EgressRule): boolean =>
    (to.length === 0 || to.some(meets)) && (ports.length === 0 || ports.some(admits));
  return selecting.some(({ egress }) => egress.some(allows));
}

const labels = fc
  .uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 })
  .chain((keys) =>
    fc
      .tuple(...keys.map(() => fc.constantFrom(...VALUES)))
      .map((values) => Object.fromEntries(keys.map((key, at) => [key, values[at] ?? '']))),
  );
const requirement = fc
  .record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.subarray(VALUES, { minLength: 1 }),
  })
  .map((own) => (own.operator.endsWith('In') ? own : { ...own, values: [] }));
const selector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: labels,
  matchExpressions: fc.array(requirement, { maxLength: 1 }),
});
const four = fc
  .tuple(fc.constantFrom('10.0.0', '10.0.1'), fc.nat(15), fc.integer({ min: 26, max: 32 }))
  .map(([net, host, length]) => `${net}.${host}/${length}`);
const six = fc
  .tuple(fc.nat(15), fc.integer({ min: 122, max: 128 }))
  .map(([host, length]) => `2001:db8::${host.toString(16)}/${length}`);
const block = fc.record({ cidr: fc.oneof(four, six), except: fc.array(fc.oneof(four, six), { maxLength: 1 }) });
const peer: fc.Arbitrary<EgressPeer> = fc.oneof(
  fc.record({ block }),
  fc
    .record({
      namespaceSelector: fc.option(selector, { nil: undefined }),
      podSelector: fc.option(selector, { nil: undefined }),
    })
    .filter((own) => own.namespaceSelector !== undefined || own.podSelector !== undefined),
);
const port: fc.Arbitrary<EgressPort> = fc.oneof(
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP') }),
  fc.record({
    protocol: fc.constantFrom('TCP', 'UDP'),
    port: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('otlp')),
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.nat(3))
    .map(([from, more]) => ({ protocol: 'TCP', port: from, endPort: from + more })),
);
const rule: fc.Arbitrary<EgressRule> = fc.record({
  to: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
});
const policy: fc.Arbitrary<NetworkPolicyObject> = fc.record({
  uid: fc.constant('u'),
  name: fc.constant('n'),
  namespace: fc.constantFrom('agents', 'agents', 'agents', 'telemetry'),
  podSelector: fc.oneof(fc.constant({ matchLabels: {}, matchExpressions: [] }), selector),
  limitsEgress: fc.constantFrom(true, true, true, false),
  egress: fc.array(rule, { maxLength: 2 }),
});
const sink: fc.Arbitrary<Sink> = fc.oneof(
  fc.record({ namespace: fc.constantFrom(...NAMESPACES), podSelector: selector, port: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ namespace: fc.constantFrom(...NAMESPACES) }),
  fc.record({ cidr: fc.oneof(four, six), port: fc.integer({ min: 1, max: 6 }) }),
);
const question: fc.Arbitrary<EgressQuestion> = fc.record({
  namespace: fc.constant('agents'),
  podLabels: labels,
  policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  sink,
  sinkLabels: labels,
});

const ALL_LABELS: readonly StringMap[] = ['', ...VALUES].flatMap((app) =>
  ['', ...VALUES].map((tier) =>
    Object.fromEntries(
      [
        ['app', app],
        ['tier', tier],
      ].filter(([, value]) => value !== ''),
    ),
  ),
);

/** Everything that the sink may be: its pods with any labels that fit, what they call their ports, its addresses. */
function* targetsOf({ namespace, podSelector, cidr, port: only }: Sink): Generator<Target> {
  const ports = only === undefined ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [only];
  if (namespace === undefined) {
    for (const address of addressesOf(cidr ?? '')) for (const own of ports) yield { address, port: own };
    return;
  }
  for (const own of ALL_LABELS.filter((some) => podSelector === undefined || fits(podSelector, some)))
    for (const named of [{}, ...ports.map((number) => ({ otlp: number }))])
      for (const number of ports) yield { pod: { namespace, labels: own, ports: named }, port: number };
}

function addressesOf(cidr: string): readonly string[] {
  const near = cidr.includes(':')
    ? Array.from({ length: 80 }, (_, host) => `2001:db8::${host.toString(16)}`)
    : ['10.0.0', '10.0.1'].flatMap((net) => Array.from({ length: 80 }, (_, host) => `${net}.${host}`));
  return near.filter((address) => inBlock({ cidr, except: [] }, address));
}

/** Each label that a selector of a policy looks at is one that the sink's own selector settles, and all else is told exactly. */
function isClear({ policies, sink: own }: EgressQuestion): boolean {
  const peers = policies.flatMap(({ egress }) => egress.flatMap(({ to }) => to));
  const ports = policies.flatMap(({ egress }) => egress.flatMap((some) => some.ports));
  const looked = peers.flatMap(({ podSelector }) => [
    ...Object.keys(podSelector?.matchLabels ?? {}),
    ...(podSelector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  const settled = Object.keys(own.podSelector?.matchLabels ?? {});
  const isSingle = own.cidr === undefined || /\/(32|128)$/.test(own.cidr);
  const isTold = own.port !== undefined && ports.every(({ port: some }) => typeof some !== 'string');
  const hasBlock = own.namespace !== undefined && peers.some((some) => some.block !== undefined);
  return isSingle && isTold && !hasBlock && looked.every((key) => settled.includes(key));
}

test(`no is said only if no connection is possible, yes only if all are, and one of them wherever all is told (seed ${SEED})`, () => {
  const seen: Record<Answer | 'clear', number> = { yes: 0, no: 0, maybe: 0, clear: 0 };
  const check = (own: EgressQuestion): void => {
    const { allowed } = judgeEgress(own);
    const targets = [...targetsOf(own.sink)];
    const answers = targets.flatMap((target) => [mayConnect(own, target, false), mayConnect(own, target, true)]);
    seen[allowed] += 1;
    if (allowed === 'no') expect(answers).not.toContain(true);
    if (allowed === 'yes') expect(answers).not.toContain(false);
    if (!isClear(own) || targets.length === 0) return;
    seen.clear += 1;
    expect(allowed).not.toBe('maybe');
  };
  fc.assert(fc.property(question, check), { seed: SEED, numRuns: RUNS });
  console.log(`${RUNS} questions: ${JSON.stringify(seen)}`);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 100);
});
