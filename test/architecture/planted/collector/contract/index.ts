/** The door of the planted contract; nothing may be caught here. */
export { WORDS, type Word } from './words.ts';
