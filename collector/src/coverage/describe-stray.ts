/** Says why a daemon runs on a node that is not in scope. */
import { explainPlacement } from './explain-placement.ts';
import { tolerationsUsed } from './expectation.ts';
import type { Subject } from './subject.ts';

/** In words: who lets it in, or that it was there before what would keep it out. */
export function describeStray({ node, daemonSet, placement }: Subject): string {
  const seen = 'runs the daemon and is not in scope';
  if (daemonSet === undefined) return `${seen}: its DaemonSet is gone`;
  const template = daemonSet.object.placement;
  const { message } = explainPlacement(node.object, template, placement);
  if (placement.keepRunning && !placement.shouldRun)
    return `${seen}: ${message}; its pod was placed before that, and the DaemonSet controller leaves it there`;
  if (!placement.shouldRun)
    return `${seen}: ${message}; its pod was placed before that or by nodeName, and the DaemonSet controller removes it`;
  const tolerated = tolerationsUsed(node.object, template).slice(0, MOST_NAMED);
  const ways = tolerated.map(({ taint, toleration }) => `its toleration ${say(toleration)} lets it past ${say(taint)}`);
  return `${seen}: the policy leaves the node out, the template does not${ways.map((way) => `; ${way}`).join('')}`;
}

const MOST_NAMED = 3;

interface Tainting {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
  readonly operator?: string;
}

function say({ key, value, effect, operator }: Tainting): string {
  const what = key === '' ? 'of everything' : `${key}${value === '' ? '' : `=${value}`}`;
  return `${what}${effect === '' ? '' : `:${effect}`}${operator === 'Exists' && key !== '' ? ' (Exists)' : ''}`;
}
