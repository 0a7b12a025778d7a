/** Where the page of a code or an alert lies: what it means, how to see it, how to mend it. */
import type { AlertName } from './alerts.ts';
import type { FindingCode } from './health-words.ts';
import type { ReasonCode } from './reasons.ts';

/** The path of a reason's, a finding's or an alert's runbook page from the root of the repository, such as alerts/runbooks/QuotaExceeded.md. */
export function runbookOf(code: ReasonCode | FindingCode | AlertName): string {
  return `alerts/runbooks/${code}.md`;
}
