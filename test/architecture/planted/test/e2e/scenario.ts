/** Right: tests come in by the doors. */
import { read } from '@rollcall/collector';

/** A scenario. */
export const SCENARIO = read();

/** Right: a test may. */
export function cleanUp(): void {
  using stack = new DisposableStack();
  stack.defer(() => undefined);
}
