/** Builders for the tests of this folder: a fake of each port of the server. */
import type { NodeAnswer, PolicyAnswer } from '@rollcall/contract';
import { renderExposition } from '../metrics/exposition.ts';
import { policyReading } from '../metrics/test-readings.ts';
import type { Answers } from './answers.ts';
import type { ServerOptions } from './server.ts';

/** A policy about kube-system/agent with nothing expected. */
export function policyAnswer(): PolicyAnswer {
  return {
    namespace: 'kube-system',
    daemonset: 'agent',
    policy: { uid: 'u-1', name: 'agent', namespace: 'kube-system', origin: 'API' },
    denominator: 'inferred',
    counts: {
      expected: 0,
      covered: 0,
      uncovered: 0,
      unobserved: 0,
      excused: 0,
      current: 0,
      eligible: 0,
      stray: 0,
      excluded: 0,
    },
    coverage: null,
    worstReason: null,
    conditions: [],
    purpose: '',
    team: '',
    contact: '',
    reasons: [],
    excuses: [],
    pools: [],
    layers: [],
    controller: null,
    slis: [],
    objectives: [],
    history: { durable: false, note: 'since this process began' },
  };
}

/** A covered node. */
export function nodeAnswer(node: string): NodeAnswer {
  return {
    node,
    pool: 'none',
    inScope: true,
    eligible: true,
    state: 'covered',
    reason: null,
    owner: null,
    message: '',
    since: '2026-01-01T00:00:00.000Z',
    retryAt: null,
    findings: [],
    pod: `agent-${node}`,
    daemon: null,
    heartbeat: null,
  };
}

/** The port over one policy and a set of node names, which the test may change between two requests. */
export function fakeAnswers(nodes: ReadonlySet<string>, overrides: Partial<Answers> = {}): Answers {
  const known = (namespace: string, daemonset: string) => namespace === 'kube-system' && daemonset === 'agent';
  return {
    policies: () => [policyAnswer()],
    policy: (namespace, daemonset) => (known(namespace, daemonset) ? policyAnswer() : undefined),
    nodes(namespace, daemonset, { limit, after = '' }) {
      if (!known(namespace, daemonset)) return undefined;
      const rest = [...nodes].toSorted().filter((name) => name > after);
      const items = rest.slice(0, limit);
      return { items: items.map(nodeAnswer), next: rest.length > limit ? items.at(-1) : undefined };
    },
    node: (namespace, daemonset, node) =>
      known(namespace, daemonset) && nodes.has(node)
        ? {
            ...nodeAnswer(node),
            nextStep: null,
            commands: [],
            runbook: null,
            evidence: [],
            checks: [],
            transitions: [],
          }
        : undefined,
    objectives: () => ({ asOf: null, note: '', items: [] }),
    past: {
      top: () => Promise.resolve({ from: '', to: '', durable: false, nodes: [], reasons: [], lags: [], notListed: 0 }),
      history: (node) => Promise.resolve({ node, durable: false, items: [] }),
      hours: () => Promise.resolve({ items: [], policies: [], exclusions: [], next: '["key"]' }),
      exclusions: () => Promise.resolve({ items: [], effects: [] }),
      exclude: () => Promise.resolve('from: is required'),
    },
    ...overrides,
  };
}

/** Options of a server on a free port over fake ports; faults are pushed to `faults`. */
export function serverOptions(overrides: Partial<ServerOptions> = {}, faults: unknown[] = []): ServerOptions {
  return {
    listen: { port: 0 },
    answers: fakeAnswers(new Set(['node-1', 'node-2'])),
    scrape: {
      exposition: (format, collector) =>
        renderExposition({ readings: [policyReading()], leads: true, collector, format }),
      collectorFamilies: async () => [
        { name: 'x_total', type: 'counter', help: 'X.', values: [{ value: 1, labels: {} }] },
      ],
    },
    readiness: () => ({
      ready: true,
      watches: [{ watch: 'nodes', state: 'live', why: '', heardSeconds: 0 }],
      notes: [],
    }),
    intake: {
      admit: () => Promise.resolve({ outcome: 'unavailable' }),
      isBehind: () => false,
      refused: () => undefined,
      now: () => ({ wallMs: 0, monoMs: 0 }),
    },
    stream: { answer: (_, response) => void response.end(), close: () => undefined },
    log: { error: (fields) => faults.push(fields), info: () => undefined, warn: () => undefined },
    ...overrides,
  };
}
