/** The fast tests: everything but *.e2e.test.ts; no network beyond 127.0.0.1, nothing that has to be built. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{agent,alerts,collector,dashboards,deploy,docs,test}/**/*.test.ts'],
    // No test is timed: on a machine that does something else beside, the usual 5 s say nothing.
    testTimeout: 60_000,
    exclude: ['**/node_modules/**', '**/*.e2e.test.ts', 'test/architecture/planted/**'],
  },
});
