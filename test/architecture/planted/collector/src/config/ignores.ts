/** Wrong: hides every later error of the line too. */

/** A port. */
// @ts-ignore caught: typescript/ban-ts-comment
export const port: number = 'eighty';
