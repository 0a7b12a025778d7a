/**
 * The fast tests: everything but *.e2e.test.ts; no network beyond 127.0.0.1, nothing that has to be built. They take less than
 * 60 s on two cores, and CONTRIBUTING.md says how that is kept.
 */
import { configDefaults, defineConfig } from 'vitest/config';

declare module 'vitest' {
  export interface ProvidedContext {
    /** By how much a random test takes more seeds or runs than the few that every commit has: 1, or what ROLLCALL_LONG says. */
    rounds: number;
  }
}

/** Read here alone, for the e2e tests too. */
export const ROUNDS = Number(process.env['ROLLCALL_LONG'] ?? 1);

/** What changes or measures its whole process: tracing is registered once per process, and a heap has room for one that measures it. */
const ALONE = [
  'collector/src/cli/{start-tracing,tracing}.test.ts',
  'collector/src/watch/project-memory.test.ts',
  'collector/kube/connection/connection.test.ts',
  'collector/kube/decode/{protobuf-decoder,text-table}.test.ts',
  'collector/kube/reflector/{intake,known-objects}.test.ts',
];
const ALL = ['{agent,alerts,collector,dashboards,deploy,docs,test}/**/*.test.ts'];
const EXCLUDED = [...configDefaults.exclude, '**/*.e2e.test.ts', 'test/architecture/planted/**'];

export default defineConfig({
  test: {
    // No test is timed: on a machine that does something else beside, the usual 5 s say nothing.
    testTimeout: 60_000,
    // By itself vitest leaves a core to nobody, which is half of a machine with two.
    maxWorkers: '100%',
    provide: { rounds: ROUNDS },
    // Modules hold no state that one test leaves to the next, so the files of a worker load them once: half of the time went there.
    projects: [
      { extends: true, test: { name: 'together', isolate: false, include: ALL, exclude: [...EXCLUDED, ...ALONE] } },
      { extends: true, test: { name: 'alone', include: ALONE, exclude: EXCLUDED } },
    ],
  },
});
