import { it } from 'vitest';

// Wrong: it cannot fail.
it('proves nothing', () => {}); // caught: vitest/expect-expect
