/** The door of the Kubernetes leaf: a connection, requests on it, and reflectors. */
export {
  loadConnection,
  type Connection,
  type ConnectionOptions,
  type KubeRequest,
  type KubeResponse,
} from './connection.ts';
export type { Decoder } from './decoder.ts';
export { jsonDecoder } from './json-decoder.ts';
export { KubeError, type KubeErrorCode } from './kube-error.ts';
export type { Clock, Log, Timers } from './ports.ts';
export type { Item, ReflectorSink } from './intake.ts';
export { startReflector, type Reflector, type ReflectorOptions, type ReflectorStatus } from './reflector.ts';
export { patchStatus, readJson, readPages, write, type CallLimits, type KubeWrite } from './requests.ts';
export type { Resource } from './source.ts';
export type { TargetFlags } from './target.ts';
export type { Trouble, WatchState } from './watch-state.ts';
