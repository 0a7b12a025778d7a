/** Wrong: a resource that is gone at the end of the block. */

/** Opens and closes. */
export function open(): void {
  using stack = new DisposableStack(); // caught: house/using-in-tests
  stack.defer(() => undefined);
}
