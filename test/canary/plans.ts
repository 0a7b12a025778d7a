/** What the way does to the canaries of each node, by the node's name. */
import type { Plan } from './faulty-way.ts';

/** Plans, of which none loses anything once they are mended. */
export interface Plans {
  readonly plans: ReadonlyMap<string, Plan>;
  mend(): void;
}

/** Makes plans of delays in milliseconds and of which places are lost; the first never is. */
export function makePlans(
  wishes: Readonly<Record<string, { readonly delayMs?: number; readonly loses?: (place: number) => boolean }>>,
): Plans {
  let mended = false;
  const plans = Object.entries(wishes).map(([node, { delayMs = 0, loses = () => false }]) => {
    const plan: Plan = { delayMs, loses: (place) => !mended && place > 0 && loses(place) };
    return [node, plan] as const;
  });
  return { plans: new Map(plans), mend: () => void (mended = true) };
}
