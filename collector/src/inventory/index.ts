/** The door of the inventory. */
export {
  createInventory,
  findDaemonSet,
  podsOf,
  type DaemonSetEntry,
  type GonePod,
  type Inventory,
  type NodeEntry,
  type PodEntry,
} from './inventory.ts';
export { daemonsAt, nodesOfDaemon, nodesOfState, nodeStatesAt, sharedKeys } from './correlate.ts';
export { heartbeatAt, isReplay } from './apply-heartbeat.ts';
export { telemetryAt } from './apply-reports.ts';
export { usageAt } from './apply-usage.ts';
export type { TelemetryEntry } from './telemetry-entry.ts';
export type { HeartbeatEntry } from './heartbeat-entry.ts';
export type { DaemonEntry, LeaseEntry, NodeStateEntry } from './witness.ts';
export { imagesOf } from './image-counts.ts';
export { isSame } from './is-same.ts';
export { applyEvent } from './apply-event.ts';
export type { Spell, WindowEntry } from './window-entry.ts';
export type { Unplaced } from './find-unplaced.ts';
export type { Restart } from './find-restarts.ts';
export type { Touched } from './touched.ts';
export { eventsAbout, evidenceEndsMono, type EventEntry } from './event-book.ts';
export { refusalText, refusedUntilMono, retryDueMono, type Creation, type RefusalCode } from './creation.ts';
