/** The door of the planted alerts. */
import { WORDS } from '@rollcall/contract';

/** What alerts are about. */
export const ALERTS = WORDS.options;
