/** What every contestant goes through after its first full answer. */

/** So many MODIFIED events of nodes (kubelets' status writes), each a write of its own. */
export const EVENTS = 20_000;
/** Their pace: a fleet of 600,000 nodes, whose kubelets write every 5 minutes; slow enough that nobody falls behind. */
export const EVENTS_A_SECOND = 2_000;
/** How long it is left alone before it is looked at again, milliseconds. */
export const SETTLE_MS = 3_000;
/** How long the collector then lives at the fleet's own rate of changes, seconds. */
export const LIVE_S = 10;
/** The storm in which delays are measured: 20 s of events. */
export const STORM_EVENTS = 20_000;
/** Its pace, at which the delays are promised. */
export const STORM_A_SECOND = 1_000;
