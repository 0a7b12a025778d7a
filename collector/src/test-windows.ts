/** Maintenance windows for tests of the core. */
import type { MaintenanceObject, WallSpell } from '@rollcall/contract';
import type { TestCluster } from './test-cluster.ts';

/** A window over all nodes of the policies of its namespace, with the spells that the case is about. */
export function buildWindow(spells: readonly WallSpell[], changes: Partial<MaintenanceObject> = {}): MaintenanceObject {
  return {
    uid: 'w1',
    namespace: 'agents',
    name: 'kernel',
    owner: 'ana',
    reason: 'new kernel',
    everyNamespace: false,
    policies: [],
    pools: [],
    nodes: [],
    spells,
    ...changes,
  };
}

/** Tells a window whose spells are given as milliseconds from now. */
export function plan(
  cluster: TestCluster,
  spells: readonly (readonly [number, number])[],
  changes: Partial<MaintenanceObject> = {},
): void {
  const { wallMs } = cluster.now();
  const object = buildWindow(
    spells.map(([start, end]) => ({ startsAt: wallMs + start, endsAt: wallMs + end })),
    changes,
  );
  cluster.send({ kind: 'maintenance', uid: object.uid, object });
}
