/** The words around a reason: who can mend it, the layers of health, what excuses a node, and what is only found beside a reason. */

/** Who can mend a reason: the values of the `owner` label. */
export const OWNERS = ['agent', 'node', 'platform', 'rollout'] as const;

/** The value of the `owner` label. */
export type Owner = (typeof OWNERS)[number];

/** Findings that never are a primary reason. */
export const FINDINGS = [
  'NodeProblem',
  'StaleRevision',
  'VersionSkew',
  'ClockSkewed',
  'ImageSkew',
  'ConfigStale',
] as const;

/** The code of a finding that never is a primary reason. */
export type FindingCode = (typeof FINDINGS)[number];

/** The codes of the excuses: the values of the `reason` label of excused series, in order of precedence. */
export const EXCUSES = ['Exempt', 'Maintenance', 'Leaving', 'Joining', 'NodeNotReady'] as const;

/** The code of an excuse. */
export type ExcuseCode = (typeof EXCUSES)[number];

/** The health layers, outermost last: the values of the `layer` label. */
export const LAYERS = ['pod', 'daemon', 'heartbeat', 'mesh', 'ingestion'] as const;

/** The name of a health layer. */
export type LayerName = (typeof LAYERS)[number];
