/** Checks a document against the schema of MaintenanceWindow: all faults at once, each with field, value and mend. */
import { checkDocument, type Checked } from './check-document.ts';
import { windowSchema } from './maintenance-window-crd.ts';
import { windowDocument, windowHead, type MaintenanceWindow } from './maintenance-window.ts';

/** Reads any value as a MaintenanceWindow, like `checkDaemonCoverage`. */
export function checkMaintenanceWindow(document: unknown): Checked<MaintenanceWindow> {
  return checkDocument(document, { head: windowHead, whole: windowDocument, root: windowSchema });
}
