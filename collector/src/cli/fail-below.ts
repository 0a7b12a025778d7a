/** Decides whether coverage is below a percentage, in whole numbers: 29 of 100 times 100 is less than 29 in binary fractions. */
import type { PolicySummary } from '@rollcall/contract';

/** A percentage as it was written: `digits` / 10 ** `decimals`. */
export interface Percentage {
  readonly digits: number;
  readonly decimals: number;
}

/** From 0 to 100 with at most 6 decimals; undefined for any other text. */
export function parsePercentage(text: string): Percentage | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(text);
  if (found === null || Number(text) > 100) return undefined;
  const [, whole = '', fraction = ''] = found;
  return { digits: Number(whole + fraction), decimals: fraction.length };
}

/** True when covered / expected of any policy is lower, when a policy expects nothing, and when there is no policy. What is unobserved is expected too. */
export function isBelow(policies: readonly Pick<PolicySummary, 'counts'>[], { digits, decimals }: Percentage): boolean {
  const isLower = ({ counts: { covered, expected } }: Pick<PolicySummary, 'counts'>): boolean =>
    expected === 0 || covered * 100 * 10 ** decimals < digits * expected;
  return policies.length === 0 || policies.some(isLower);
}
