/** The door of the Kubernetes leaf: a connection, requests on it, and reflectors. */
export { loadConnection, type Connection, type ConnectionOptions } from './connection/connection.ts';
export type { TargetFlags } from './connection/find-target.ts';
export type { KubeRequest, KubeResponse } from './connection/sender.ts';
export { createJsonDecoder } from './decode/json-decoder.ts';
export { createDecoder } from './decode/protobuf-decoder.ts';
export type { Projection } from './decode/projection.ts';
export { TextTable } from './decode/text-table.ts';
export { Wire } from './decode/wire.ts';
export { KubeError, toKubeError, type KubeErrorCode } from './kube-error.ts';
export type { Clock, Log, Timers } from './ports.ts';
export { createBackoff } from './reflector/backoff.ts';
export type { Item, ReflectorSink } from './reflector/intake.ts';
export type { KnownObjects } from './reflector/known-objects.ts';
export { startReflector, type Reflector, type ReflectorOptions, type ReflectorStatus } from './reflector/reflector.ts';
export { applyStatus, readJson, readPages, write, type CallLimits, type KubeWrite } from './requests/requests.ts';
export type { Resource } from './requests/source.ts';
export type { Trouble, WatchState } from './reflector/watch-state.ts';
