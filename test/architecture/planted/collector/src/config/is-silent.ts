import { hostname } from 'node:os'; // caught: house/module-comment

/** The host. */
export const host = (): string => hostname();
