/** What an event touched: the inventory's answer to the roll. */
import type { MaintenanceObject, TelemetryReport } from '@rollcall/contract';
import type { Restart } from './find-restarts.ts';
import type { Unplaced } from './find-unplaced.ts';
import type { HeartbeatEntry } from './heartbeat-entry.ts';
import type { NodeEntry } from './inventory.ts';

/**
 * What an event changed. `removed` is the entry of a node that is gone (under its name there may be a new one at once); `isNew` says
 * that the node was not known before, `before` is its entry until now; `spec` that more of a DaemonSet changed than its status. `repeat` is a node that says what it said before. `witnessed` are nodes of which Daemons
 * or node states now say something else, because a node or pod got or lost a name that they go by. `lead`: this replica began to lead. `podless`: the nodes without a pod of
 * that owner. `namespace`: one that began to be deleted, or is gone. `maintenance`: a window as it was and as it is.
 */
export type Touched =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'node';
      readonly name: string;
      readonly removed: NodeEntry | undefined;
      readonly before: NodeEntry | undefined;
      readonly isNew: boolean;
      readonly witnessed: readonly string[];
    }
  | { readonly kind: 'repeat'; readonly node: string }
  | {
      readonly kind: 'pods';
      readonly owners: readonly string[];
      readonly nodes: readonly string[];
      readonly witnessed: readonly string[];
      /** The owner whose pods were refused until now, if this is the first that was made since. */
      readonly resumed?: string | undefined;
      /** Absent without any. */
      readonly restarts?: readonly Restart[];
      /** Absent unless the pod was found not to be placeable. */
      readonly unplaced?: Unplaced;
    }
  | {
      readonly kind: 'podless';
      readonly owner: string;
      /** How many more pods of it were refused than was known, while that is watched. */
      readonly refused: number;
      /** False where the nodes without a pod need not look again. */
      readonly isOther: boolean;
    }
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'witness'; readonly source: string; readonly nodes: readonly string[] }
  | { readonly kind: 'daemonset'; readonly key: string; readonly spec: boolean }
  | { readonly kind: 'revision'; readonly ownerUid: string }
  | { readonly kind: 'network'; readonly namespace: string }
  | { readonly kind: 'watch'; readonly source: string }
  | { readonly kind: 'reports'; readonly source: string; readonly reports: readonly TelemetryReport[] }
  | { readonly kind: 'usage'; readonly source: string; readonly nodes: readonly string[] }
  | {
      readonly kind: 'heartbeat';
      readonly ownerUid: string;
      readonly node: string;
      readonly before: HeartbeatEntry | undefined;
      readonly replayed: boolean;
    }
  | { readonly kind: 'maintenance'; readonly windows: readonly MaintenanceObject[] }
  | { readonly kind: 'lead' };

/** The answer when nothing changed. */
export const NOTHING: Touched = { kind: 'nothing' };
