/** Cases of the alerts about states: one set of rules for all policies, evaluated by the minute. */
import { COLLAPSE } from './collapse-cases.ts';
import { COLLECTOR } from './collector-cases.ts';
import { DAEMON } from './daemon-cases.ts';
import { NODE_UNCOVERED } from './node-cases.ts';
import type { RuleCase } from './play-cases.ts';
import { SCOPE } from './scope-cases.ts';
import { SAME_ALERT, UNRESOLVED } from './unresolved-cases.ts';

/** All of them. */
export const STATE_CASES: readonly RuleCase[] = [
  ...NODE_UNCOVERED,
  ...COLLAPSE,
  ...SCOPE,
  ...DAEMON,
  ...COLLECTOR,
  ...UNRESOLVED,
  ...SAME_ALERT,
];
