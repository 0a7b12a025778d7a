/** Wrong: everybody calls it something else. */

export default function (): number {
  // caught: import/no-default-export
  return 1;
}
