/** The end-to-end tests: real programs on free ports, one file after the other, since each wants the machine for itself. */
import { defineConfig } from 'vitest/config';
import { ROUNDS } from './vitest.config.ts';

export default defineConfig({
  test: {
    include: ['{agent,alerts,collector,dashboards,deploy,docs,test}/**/*.e2e.test.ts'],
    exclude: ['**/node_modules/**', 'test/architecture/planted/**'],
    fileParallelism: false,
    provide: { rounds: ROUNDS },
    testTimeout: 300_000,
    // The first hook on a cold machine waits for Go builds.
    hookTimeout: 1_800_000,
  },
});
