/** Resolves a MaintenanceWindow document, from the API or from a file, into the window that is expanded again and again. */
import {
  checkMaintenanceWindow,
  faultAt,
  type MaintenanceObject,
  type MaintenanceWindow,
  type PolicyFault,
  type WallSpell,
} from '@rollcall/contract';
import { expandWindow } from './expand-window.ts';
import type { PolicyContext } from './policy-document.ts';
import { derivePolicyUid } from './policy-identity.ts';

/** A window without the times that depend on when it is looked at; `spellsAt` gives those. */
export interface PlannedWindow extends Omit<MaintenanceObject, 'spells'> {
  /** As the document has it. */
  readonly schedule: Pick<MaintenanceWindow['spec'], 'once' | 'recurring'>;
  spellsAt(nowMs: number): readonly WallSpell[];
}

/** A window, or all that is wrong with its document. */
export type ResolvedWindow =
  | { readonly ok: true; readonly window: PlannedWindow }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Checks a document; never throws, and reports all faults at once. `uid` is the API server's; a file's is made of its name. */
export function resolveWindow(document: unknown, context: PolicyContext, uid?: string): ResolvedWindow {
  const checked = checkMaintenanceWindow(document);
  if (!checked.ok) return checked;
  const { metadata, spec } = checked.value;
  const faults = findForeign(document, checked.value, context);
  if (faults.length > 0) return { ok: false, faults };
  const { name, namespace } = metadata;
  const { policies = [], pools = [], nodes = [], selector } = spec.scope;
  const window: PlannedWindow = {
    uid: uid ?? derivePolicyUid({ cluster: context.cluster, namespace, name }),
    namespace,
    name,
    owner: spec.owner,
    reason: spec.reason,
    everyNamespace: namespace === context.collectorNamespace,
    policies: policies.map((policy) => (policy.includes('/') ? policy : `${namespace}/${policy}`)),
    pools,
    nodes,
    selector,
    schedule: { ...(spec.once && { once: spec.once }), ...(spec.recurring && { recurring: spec.recurring }) },
    spellsAt: (nowMs) => expandWindow(spec, nowMs),
  };
  return { ok: true, window };
}

function findForeign(
  document: unknown,
  { metadata: { namespace }, spec }: MaintenanceWindow,
  { collectorNamespace }: PolicyContext,
): readonly PolicyFault[] {
  if (namespace === collectorNamespace) return [];
  return (spec.scope.policies ?? []).flatMap((policy, index) => {
    const [own = ''] = policy.split('/');
    if (!policy.includes('/') || own === namespace) return [];
    return [
      faultAt(document, ['spec', 'scope', 'policies', index], {
        message: `is a policy of another namespace than the window's, ${namespace}`,
        mend: `write the window in ${own}, or in the collector's namespace ${collectorNamespace}`,
      }),
    ];
  });
}
