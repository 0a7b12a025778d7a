/** Right: the contract may use its schema library. */
import { z } from 'zod';

/** The words. */
export const WORDS = z.enum(['covered', 'uncovered']);

/** One of the words. */
export type Word = z.infer<typeof WORDS>;
