/** Where the page of a code lies: what it means, how to see it, how to mend it. */
import type { FindingCode } from './health-words.ts';
import type { ReasonCode } from './reasons.ts';

/** The path of a reason's or a finding's runbook page from the root of the repository, such as alerts/runbooks/QuotaExceeded.md. */
export function runbookOf(code: ReasonCode | FindingCode): string {
  return `alerts/runbooks/${code}.md`;
}
