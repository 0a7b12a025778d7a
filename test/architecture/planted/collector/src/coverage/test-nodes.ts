/** Right: written for tests, and named so. */

/** Nodes for tests. */
export const NODES = ['n1'];
