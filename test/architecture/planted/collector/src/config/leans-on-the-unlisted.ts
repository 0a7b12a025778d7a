/** Wrong: a package that is there by chance. */
import { parse } from 'yaml'; // caught: unlisted

/** Whether. */
export const UNLISTED = Number(parse('1'));
