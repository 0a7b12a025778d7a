/** The door of the coverage core. */
export type { Move, RollSink, Tallied } from './book.ts';
export { dim, markOf } from './state-slis.ts';
export { sayDaemonReady } from './daemon-ready.ts';
export { describeNode, type Described } from './describe-node.ts';
export { detailNode } from './detail-node.ts';
export { divergenceOf, type PolicyRoll } from './policy-roll.ts';
export { recountController, type ControllerRecount } from './recount-controller.ts';
export { toMemory, type NodeRecord } from './record.ts';
export { readMaintenance, type MaintenanceReading } from './maintenance.ts';
export { NO_ORDERLY, readOrderly, type OrderlyNodes } from './orderly.ts';
export { readPoolReports, type PoolReports } from './pool-reports.ts';
export { heartbeatTerms } from './heartbeat-terms.ts';
export { askedLayers } from './judge.ts';
export { createRoll, type Roll } from './roll.ts';
export { sayDuration } from './say-duration.ts';
export { isInScope, type Standing } from './standing.ts';
export type { Instant } from './subject.ts';
export type { DaemonSetEntry } from '../inventory/index.ts';
