/** What to do when one collector is too small for its work. */

/** The words that follow "or"; there is no other way to split the work. */
export const SPLIT =
  'let several collectors share the policies: give each its own --policy files, no --discover, and make no DaemonCoverage objects, ' +
  'which every collector takes; see docs/performance.md, "Limits"';
