/** The door of the planted collector. */
export { read } from './sli/index.ts';
