/** Another pod on the node holds a host port that the daemon asks for. */
import { refusedFor } from './scheduler-refusal.ts';

/** The NodePorts plugin's words. */
export const portConflict = refusedFor('PortConflict', /didn't have free ports for the requested pod ports/);
