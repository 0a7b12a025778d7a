/** Right: metrics may import the types of sli. */
import type { Figure } from '../sli/index.ts';

/** Renders a figure. */
export function render(figure: Figure): string {
  return String(figure);
}
