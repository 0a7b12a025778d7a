/** The embedded Kubernetes API server of the demo and the fast tests, and the conformance suite that it shares with the real one. */
export { startEmbeddedKube, type EmbeddedKube, type EmbeddedKubeOptions, type Faults } from './embedded-kube.ts';
export { daemonDefinition, nodeStateDefinition } from './foreign-definitions.ts';
export { createStore, type Store, type StoreOptions } from './store.ts';
export { ApiFailure } from './objects/api-failure.ts';
export type { KubeObject, Manifest, ObjectRef } from './objects/kube-object.ts';
export type { Clock } from './objects/registry.ts';
export { conformanceCases } from './conformance.cases.ts';
export {
  connectApi,
  type ApiAddress,
  type ApiAnswer,
  type ApiUnderTest,
  type ApiWatch,
  type WatchEvent,
} from './conformance/api-under-test.ts';
export type { ConformanceCase } from './conformance/fixtures.ts';
export { createWorld, type World, type WorldOptions } from './world.ts';
export type { IncidentWishes } from './world/director.ts';
export type { Incident, IncidentKind } from './world/incidents.ts';
export type { DaemonTruth, NodeTruth } from './world/truth.ts';
export type { DaemonSpec } from './world/world-state.ts';
export type { Json } from './objects/json.ts';
export { encodeObject } from './protobuf/encode-object.ts';
export { encodeList, frameEvent, PROTOBUF, wrapMessage, type KindOf } from './protobuf/frame.ts';
