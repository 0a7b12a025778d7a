/** Right: tests come in by the doors. */
import { read } from '@rollcall/collector';

/** A scenario. */
export const SCENARIO = read();
