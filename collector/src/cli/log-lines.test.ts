import type { NodeState, PolicyCondition } from '@rollcall/contract';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { buildPolicy } from '../test-objects.ts';
import { logCondition, logInForce, logTransition } from './log-lines.ts';

let lines: object[];

const log = pino(
  { level: 'debug', base: null, timestamp: false },
  { write: (line) => void lines.push(JSON.parse(line)) },
);

beforeEach(() => {
  lines = [];
});

const TRANSITION = {
  sequence: 1,
  cluster: '',
  policyUid: 'p',
  nodeUid: 'uid-n1',
  node: 'n1',
  pool: 'p1',
  reason: '',
  evidence: '',
  wallMs: 0,
} as const;

test.each<[NodeState | 'absent', NodeState | 'absent', 'info' | 'debug']>([
  ['covered', 'uncovered', 'info'],
  ['uncovered', 'covered', 'info'],
  ['uncovered', 'uncovered', 'info'],
  ['unobserved', 'uncovered', 'info'],
  ['absent', 'uncovered', 'info'],
  ['uncovered', 'absent', 'info'],
  ['covered', 'excused', 'info'],
  ['excused', 'covered', 'info'],
  ['covered', 'stray', 'info'],
  ['stray', 'absent', 'info'],
  ['absent', 'covered', 'debug'],
  ['absent', 'unobserved', 'debug'],
  ['unobserved', 'covered', 'debug'],
  ['covered', 'unobserved', 'debug'],
  ['uncovered', 'unobserved', 'debug'],
  ['excused', 'unobserved', 'debug'],
  ['covered', 'absent', 'debug'],
  ['outOfScope', 'excluded', 'debug'],
])('from %s to %s is one line, of level %s', (from, to, level) => {
  logTransition(log, { ...TRANSITION, from, to }, buildPolicy());
  const fields = { daemonset: 'agents/agent', node: 'n1', pool: 'p1', from, to, reason: '' };
  expect(lines).toEqual([{ level: level === 'info' ? 30 : 20, ...fields, msg: `n1 is ${to}` }]);
});

test('a transition says what was seen, and a phantom where it is missing', () => {
  const own = { ...TRANSITION, from: 'absent', to: 'uncovered', reason: 'NodeMissing', evidence: 'promised' } as const;
  logTransition(log, { ...own, node: '', nodeUid: 'missing/p1/1' }, undefined);
  expect(lines).toMatchObject([{ daemonset: '', node: 'missing/p1/1', reason: 'NodeMissing', msg: 'promised' }]);
});

test('policies that come and go are a line each', () => {
  logInForce(
    log,
    [buildPolicy({ name: 'new', policyNamespace: 'rollcall-system' })],
    [buildPolicy({ origin: 'File' })],
  );
  expect(lines).toEqual([
    { level: 30, policy: 'agents/agent', origin: 'File', daemonset: 'agents/agent', msg: 'policy no longer in force' },
    { level: 30, policy: 'rollcall-system/new', origin: 'API', daemonset: 'agents/agent', msg: 'policy in force' },
  ]);
});

test('a rejected policy is a warning, and a condition that is well says nothing', () => {
  const condition: PolicyCondition = { type: 'Ready', status: 'False', reason: 'Invalid', message: 'spec.team: 7' };
  const policy = { namespace: 'agents', name: 'a', origin: 'API' } as const;
  logCondition(log, policy, { ...condition, status: 'True' });
  logCondition(log, policy, condition);
  expect(lines).toEqual([
    { level: 40, policy: 'agents/a', origin: 'API', reason: 'Invalid', msg: 'policy rejected: spec.team: 7' },
  ]);
});
