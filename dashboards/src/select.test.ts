import { ALERTS } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { firingAlerts, firingFor } from './select.ts';

/** What the matchers of names let pass; Prometheus anchors them. */
function matchersIn(expr: string): readonly RegExp[] {
  return [...expr.matchAll(/alertname=~"([^"]*)"/g)].map(([, names]) => new RegExp(`^(?:${String(names)})$`));
}

test.each([
  ['firing', firingAlerts(), 1],
  ['since when', firingFor(['alertname']), 2],
] as const)('%s: each of our alerts is asked for, and nobody else is', (_, expr, selectors) => {
  const matchers = matchersIn(expr);
  expect(matchers).toHaveLength(selectors);
  for (const matcher of matchers) {
    for (const name of Object.keys(ALERTS)) expect(name).toMatch(matcher);
    for (const foreign of ['KubePodCrashLooping', 'BudgetBurnPageOfOthers', '']) expect(foreign).not.toMatch(matcher);
  }
});
