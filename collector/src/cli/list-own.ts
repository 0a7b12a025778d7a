/** Lists Rollcall's own resources for a single look: policies and maintenance windows. */
import { GROUP, VERSION, WATCH } from '@rollcall/contract';
import { KubeError } from '@rollcall/kube';
import { createWindowBook } from '../config/window-book.ts';
import type { PlannedWindow } from '../config/window-document.ts';
import type { RawPolicy } from '../watch/policy-watch.ts';
import type { Look } from './look.ts';

/** What else says what to look at. */
interface Asked {
  readonly policies: readonly string[];
  readonly discover: boolean | undefined;
}

/** The policies of the cluster; none where it has no such kind. Rejects where they are forbidden and nothing else says what to look at. */
export async function listPolicies(look: Look, { policies, discover }: Asked): Promise<readonly RawPolicy[]> {
  try {
    return await look.list({ path: `/apis/${GROUP}/${VERSION}/daemoncoverages` }, readRaw);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.code === 'NotFound') return [];
    // Forbidden is what a user without rights on the group hears, whether it is installed or not: it must be their choice.
    if (error.code !== 'Forbidden') throw error;
    if (discover !== true && policies.length === 0) {
      const mend =
        'add --discover or --policy to look without the policies of the cluster, or have them allowed to you';
      throw new KubeError('Forbidden', `${error.message}; ${mend}`, { cause: error });
    }
    look.warnings.add(`the policies of the cluster are not looked at: ${error.message}`);
    return [];
  }
}

function readRaw(document: unknown): RawPolicy {
  const { metadata } = Object(document) as { readonly metadata?: { readonly uid?: unknown } | null };
  if (typeof metadata?.uid !== 'string') throw new Error('a policy without metadata.uid');
  return { uid: metadata.uid, document };
}

/** Windows that are known anyway. */
interface Known {
  readonly collectorNamespace: string;
  readonly files: readonly PlannedWindow[];
}

/** Tells the maintenance windows of the cluster and of files; what is forbidden or wrong is a warning. */
export async function tellWindows(look: Look, { collectorNamespace, files }: Known): Promise<void> {
  const book = createWindowBook({
    cluster: '',
    collectorNamespace,
    nowMs: () => look.now().wallMs,
    sink: {
      planned: (uid, object) => look.tell({ kind: 'maintenance', uid, object }, WATCH.windows),
      rejected: ({ namespace, name, message }) =>
        look.warnings.add(`the maintenance window ${namespace}/${name} is rejected: ${message}`),
    },
  });
  book.files(files);
  try {
    const path = `/apis/${GROUP}/${VERSION}/maintenancewindows`;
    for (const { uid, document } of await look.list({ path }, readRaw)) book.api(uid, document);
  } catch (error) {
    if (!(error instanceof KubeError) || (error.code !== 'NotFound' && error.code !== 'Forbidden')) throw error;
    if (error.code === 'Forbidden') look.warnings.add(`maintenance windows are not looked at: ${error.message}`);
  }
}
