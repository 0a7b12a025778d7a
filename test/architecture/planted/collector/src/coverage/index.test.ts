import { startServer } from '@rollcall/embedded-kube';
import { expect, it } from 'vitest';
import { read } from '../sli/index.ts';
import { judge } from './index.ts';
import { NODES } from './test-nodes.ts';

// Right: a test sees its package, what is written for tests, and the embedded API server; and the time.
it('judges', () => {
  expect([judge().word, read(), startServer(), NODES.length, Date.now() > 0]).toEqual(['covered', 1, 0, 1, true]);
});
