/** Wrong: an import that the import net cannot see. */

/** A word. */
export type Hidden = import('@rollcall/contract').Word; // caught: typescript/consistent-type-imports
