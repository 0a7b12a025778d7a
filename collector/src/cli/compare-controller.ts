/** Sets the DaemonSet controller's own counts beside ours, and names the nodes that make the difference. */
import type { NodeAnswer } from '@rollcall/contract';
import { joinAlike, type Difference } from './compare-nodes.ts';
import type { ControllerView } from './take-roll.ts';

/** The differences between the controller's status and a fresh look at the same nodes; those that nothing explains first. */
export function compareController(view: ControllerView, fresh: readonly NodeAnswer[]): readonly Difference[] {
  const byName = new Map(fresh.map((own) => [own.node, own]));
  const { desired, ready } = view.recount;
  const isDesired = new Set(desired);
  return joinAlike([
    ...compareStatus(view),
    ...fresh.flatMap((own) => (isExpected(own) && !isDesired.has(own.node) ? [uncounted(own)] : [])),
    ...desired.flatMap((name) => (isExpected(byName.get(name)) ? [] : [unexpected(name, byName.get(name))])),
    ...ready.flatMap((name) => readyUncovered(name, byName.get(name))),
  ]);
}

function isExpected(own: NodeAnswer | undefined): boolean {
  return own !== undefined && ['covered', 'uncovered', 'unobserved'].includes(own.state);
}

function uncounted({ node, pool, reason }: NodeAnswer): Difference {
  const what = `expected, but not in the controller's desired count (${reason ?? 'its pod may stay'})`;
  if (node === '') return { what, why: 'it counts no node that is not there', nodes: [`missing/${pool}`] };
  return { what, why: 'it counts only nodes that the DaemonSet lets in', nodes: [node] };
}

function unexpected(node: string, own: NodeAnswer | undefined): Difference {
  const seen = own === undefined ? 'out of scope' : `${own.state}${own.reason === null ? '' : ` ${own.reason}`}`;
  return {
    what: `desired by the controller, but not expected (${seen})`,
    why: 'the policy decides whom to expect',
    nodes: [node],
  };
}

function readyUncovered(node: string, own: NodeAnswer | undefined): readonly Difference[] {
  if (own?.state !== 'uncovered' && own?.state !== 'unobserved') return [];
  const what = `ready by the controller, but ${own.state}${own.reason === null ? '' : ` (${own.reason})`}`;
  return [{ what, why: 'it asks for the Ready condition of the oldest pod and for nothing else', nodes: [node] }];
}

const FIELDS = ['desired', 'ready', 'available', 'misscheduled'] as const;

/** The status against what it should say. It is written as a whole: one cause explains all of its fields. */
function compareStatus(view: ControllerView): readonly Difference[] {
  const { told, recount } = view;
  const wrong = FIELDS.filter((field) => told[field] !== recount[field].length);
  if (wrong.length === 0) return [];
  const seen = wrong.map((field) => `${field} ${told[field]} where ${recount[field].length} are counted`);
  const { why, nodes } = explainStatus(view);
  return [{ what: `the controller's status says ${seen.join(', ')}`, why, nodes }];
}

function explainStatus({ told, recount }: ControllerView): Pick<Difference, 'why' | 'nodes'> {
  const { kept, gone } = recount;
  if (told.isBehind) return { why: 'stale: the controller has not seen the newest template yet', nodes: [] };
  const surplus = told.desired - recount.desired.length;
  if (kept.length > 0 && surplus >= 0 && surplus <= kept.length) {
    const why = 'stale: it does not look again when a node with a running pod gets a NoSchedule taint';
    return { why, nodes: kept };
  }
  if (gone.length > 0 && surplus >= 0 && surplus <= gone.length) {
    return { why: 'stale: it looks again when the pods of the deleted nodes are gone', nodes: gone };
  }
  return { why: '', nodes: [] };
}
