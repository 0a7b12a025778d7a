/** The real servers of the end-to-end tests: a Kubernetes control plane, the DaemonSet controller as oracle, Prometheus. */
export { connect, ApiError, type Client } from './client.ts';
export { startControlPlane, type ControlPlane, type ControlPlaneOptions } from './control-plane.ts';
export { askOracle, type OracleAnswer, type OraclePair } from './oracle.ts';
export { ensurePrometheus, startPrometheus, type Prometheus, type Sample } from './prometheus.ts';
export { findFreePorts } from './ports.ts';
export { waitFor } from './wait.ts';
export { openWorkspace } from './workspace.ts';
