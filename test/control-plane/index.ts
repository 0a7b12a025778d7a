/** The real programs of the end-to-end tests: a Kubernetes control plane, the DaemonSet controller as oracle, Prometheus, a browser. */
export {
  ensureAlertmanager,
  runAmtool,
  startAlertmanager,
  type Alertmanager,
  type ConfigFiles,
} from './alertmanager.ts';
export { startChromium } from './chromium.ts';
export { connect, ApiError } from './client.ts';
export { encodeInGo, verifyInGo, type CodedPair } from './codec.ts';
export { startControlPlane, type ControlPlane } from './control-plane.ts';
export { exchange, type Answer } from './exchange.ts';
export { openShell, type Ended, type RunLine } from './kubectl.ts';
export { ensureMetricsServer, startMetricsServer, type MetricsServer } from './metrics-server.ts';
export { askOracle, type OracleAnswer, type OraclePair } from './oracle.ts';
export { checkRules, ensurePrometheus, startPrometheus, type Prometheus } from './prometheus.ts';
export { BY_HAND } from './stages.ts';
export { waitFor } from './wait.ts';
export { openWorkspace } from './workspace.ts';
