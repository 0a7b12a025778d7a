/** The door of the collector: what tests and tools outside of it may use. */
export { createAnswers } from './cli/answers.ts';
export { startPipeline } from './cli/live-pipeline.ts';
export { startWatching } from './cli/start-collector.ts';
export { printExplanation } from './cli/print-explanation.ts';
export { parseServeConfig } from './config/serve-config.ts';
export { resolvePolicy } from './config/policy-document.ts';
export { readPolicyTexts } from './config/policy-text.ts';
export { decidePlacement, type Placement, type PlacementRule } from './coverage/expectation.ts';
export { createMemoryJournal } from './journal/memory-journal.ts';
export { ROUTES } from './http/routes.ts';
export { createPipeline, type Pipeline } from './pipeline.ts';
export { projectDaemonSet } from './watch/project-daemon-set.ts';
export { projectNode } from './watch/project-node.ts';
export { projectPod } from './watch/project-pod.ts';
export { projectRevision } from './watch/project-revision.ts';
export { createInterner, type Interner } from './watch/read-field.ts';
