/** The door of the planted agent. */
import { SERVED } from '@rollcall/kube';

/** What the agent serves. */
export const AGENT = SERVED;
