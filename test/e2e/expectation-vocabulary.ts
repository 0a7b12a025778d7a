/** The words that random nodes and DaemonSets are made of: few enough to meet often, odd enough to hurt. */

/** Keys that Kubernetes accepts in a selector; the last ones are names of JavaScript's Object.prototype. */
export const KEYS = [
  'role',
  'zone',
  'cpus',
  'kubernetes.io/os',
  'a.b-c/D_e.f',
  'x'.repeat(63),
  'constructor',
  'toString',
];

/** Keys that make a requirement unparsable; nodeSelector takes them all the same. */
export const BAD_KEYS = [
  '',
  '/role',
  'role/',
  'A.b/role',
  'a/b/c',
  '-role',
  'role-',
  'ro le',
  'a..b/role',
  'rôle',
  'role\n',
  '__proto__',
  'x'.repeat(64),
  `${'p.'.repeat(126)}pq/role`,
];

/** Label values that a selector accepts. */
export const VALUES = ['', 'a', 'b', 'w', 'true', 'A_b.c-9', 'v'.repeat(63)];

/** Values that a selector refuses; a label of a node may have them at function level. */
export const BAD_VALUES = ['-a', 'a-', 'a b', 'ä', 'a\n', 'v'.repeat(64)];

/** Texts that are, look like, or nearly are 64-bit integers. */
export const INTEGERS = [
  '4',
  '5',
  '6',
  '05',
  '005',
  '+5',
  '-5',
  '-05',
  '0',
  '-0',
  '00',
  '9223372036854775806',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '0009223372036854775807',
  '99999999999999999999999',
  ' 5',
  '5 ',
  '5\n',
  '5.0',
  '1e1',
  '0x5',
  '1_0',
  '+',
  '-',
  '--5',
  '٥',
  'many',
];

/** Operators of node-selector requirements, the common ones more often. */
export const OPERATORS = [
  'In',
  'In',
  'In',
  'NotIn',
  'NotIn',
  'Exists',
  'Exists',
  'DoesNotExist',
  'Gt',
  'Gt',
  'Lt',
  'Lt',
];

/** Operators that no requirement has. */
export const BAD_OPERATORS = ['', 'in', 'Equals', 'Equal', 'GreaterThan'];

/** Effects of taints and tolerations; '' means every effect in a toleration and none in a taint. */
export const EFFECTS = [
  'NoSchedule',
  'NoSchedule',
  'NoSchedule',
  'NoExecute',
  'NoExecute',
  'PreferNoSchedule',
  '',
  'Noschedule',
];

/** Operators of tolerations; Gt and Lt are behind a feature gate that is off. */
export const TOLERATION_OPERATORS = ['', 'Equal', 'Equal', 'Exists', 'Exists', 'Exists', 'Gt', 'Lt', 'exists', 'In'];

/** Keys of taints: those that daemon pods tolerate automatically, those of the field, and plain ones. */
export const TAINT_KEYS = [
  ...['not-ready', 'unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map(lifecycle),
  ...['network-unavailable', 'network-unavailable', 'out-of-service'].map(lifecycle),
  'node-role.kubernetes.io/control-plane',
  'ToBeDeletedByClusterAutoscaler',
  'dedicated',
  'sla',
  '',
];

function lifecycle(name: string): string {
  return `node.kubernetes.io/${name}`;
}
