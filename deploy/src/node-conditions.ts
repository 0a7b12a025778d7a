/** What lets the collector write its condition on nodes, and nothing else of them: an account of its own, and an admission policy that holds it to that. */
import { COLLECTOR_NAMESPACE, GROUP, NODE_CONDITION_ACCOUNT } from '@rollcall/contract';
import { NAME } from './collector.ts';

const metadata = { name: NODE_CONDITION_ACCOUNT, namespace: COLLECTOR_NAMESPACE };
const rbac = 'rbac.authorization.k8s.io';

/** As whom the conditions are written. No pod runs as it: the collector impersonates it. */
export const conditionAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata } as const;

/** The status of nodes has to be writable as a whole: RBAC knows no conditions. */
export const conditionRole = {
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: NODE_CONDITION_ACCOUNT },
  rules: [{ apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] }],
} as const;

/** Gives that to the account. */
export const conditionBinding = {
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: NODE_CONDITION_ACCOUNT },
  roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: NODE_CONDITION_ACCOUNT },
  subjects: [{ kind: 'ServiceAccount', ...metadata }],
} as const;

/** Lets the collector act as the account. */
export const impersonatorRole = {
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  metadata: { name: `${NODE_CONDITION_ACCOUNT}-impersonator`, namespace: COLLECTOR_NAMESPACE },
  rules: [
    {
      apiGroups: [''],
      resources: ['serviceaccounts'],
      resourceNames: [NODE_CONDITION_ACCOUNT],
      verbs: ['impersonate'],
    },
  ],
} as const;

/** Gives that to the collector. */
export const impersonatorBinding = {
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: impersonatorRole.metadata,
  roleRef: { apiGroup: rbac, kind: 'Role', name: impersonatorRole.metadata.name },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: COLLECTOR_NAMESPACE }],
} as const;

// core/v1 NodeStatus, without its conditions; through the status subresource labels and annotations can be changed, too.
const STATUS_FIELDS = [
  'addresses',
  'allocatable',
  'capacity',
  'config',
  'daemonEndpoints',
  'declaredFeatures',
  'features',
  'images',
  'nodeInfo',
  'phase',
  'runtimeHandlers',
  'volumesAttached',
  'volumesInUse',
];
const METADATA_FIELDS = ['annotations', 'finalizers', 'labels', 'ownerReferences'];

function stays(parent: string, field: string): string {
  return `object.${parent}.?${field} == oldObject.${parent}.?${field}`;
}

const foreign = (object: string): string =>
  `${object}.status.?conditions.orValue([]).filter(c, !c.type.startsWith('${GROUP}/'))`;

/** Holds the account to its own conditions, whatever RBAC lets it do besides (admissionregistration.k8s.io/v1, since Kubernetes 1.30). */
export const conditionAdmission = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: NODE_CONDITION_ACCOUNT },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['nodes', 'nodes/status'],
        },
      ],
    },
    matchConditions: [
      {
        name: 'by-the-account',
        expression: `request.userInfo.username == 'system:serviceaccount:${COLLECTOR_NAMESPACE}:${NODE_CONDITION_ACCOUNT}'`,
      },
    ],
    validations: [
      { expression: "request.subResource == 'status'", message: 'This account may write the status of nodes only.' },
      {
        expression: `${foreign('object')} == ${foreign('oldObject')}`,
        message: `This account may write conditions of ${GROUP}/ only.`,
      },
      {
        expression: [
          ...STATUS_FIELDS.map((field) => stays('status', field)),
          ...METADATA_FIELDS.map((field) => stays('metadata', field)),
        ].join(' && '),
        message: 'This account may write nothing of a node but its conditions.',
      },
    ],
  },
} as const;

/** Puts it in force. */
export const conditionAdmissionBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: NODE_CONDITION_ACCOUNT },
  spec: { policyName: NODE_CONDITION_ACCOUNT, validationActions: ['Deny'] },
} as const;

/** Tells the collector to write them. */
export const conditionFlag = {
  target: { kind: 'Deployment', name: NAME },
  patch: '- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: --node-conditions\n',
} as const;
