/** Checks a document against the schema of DaemonCoverage: all faults at once, each with field, value and mend. */
import { checkDocument, type Checked } from './check-document.ts';
import { structuralSchema } from './daemon-coverage-crd.ts';
import { policyDocument, policyHead, type DaemonCoverage } from './daemon-coverage.ts';

/** What came of a check. */
export type CheckedPolicy = Checked<DaemonCoverage>;

/**
 * Reads any value as a DaemonCoverage and applies the defaults of its schema; never throws. As in the API server, a field
 * that is null counts as absent; the status is not looked at. Of a document of another kind only the head is reported.
 */
export function checkDaemonCoverage(document: unknown): CheckedPolicy {
  return checkDocument(document, { head: policyHead, whole: policyDocument, root: structuralSchema });
}
