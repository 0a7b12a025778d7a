/** The table of built-in resources, and what the server must know of each to answer as kube-apiserver does. */
import type { SchemaNode } from '../schema/schema-node.ts';

/** One served resource in one version. */
export type ResourceType = {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** True when /status is served: then status moves only there. */
  readonly status: boolean;
  /** True when a status given at creation is kept (the kubelet registers a Node with its status). */
  readonly statusAtCreation: boolean;
  /** True when metadata.generation counts the changes of the spec. */
  readonly generation: boolean;
  /** True when a deletion waits for a grace period and answers with the object (pods). */
  readonly graceful: boolean;
  /** True when a deletion at once answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** True when an update without resourceVersion overwrites whatever is there. */
  readonly unconditionalUpdate: boolean;
  /** True when an update of an absent object creates it. */
  readonly createOnUpdate: boolean;
  /** Names that a fieldSelector may use besides metadata.name (and metadata.namespace). */
  readonly fields: readonly string[];
  /** How names are checked. */
  readonly naming: 'subdomain' | 'label';
  /** The schema of a custom resource; built-in ones have none here and are taken as they come. */
  readonly schema?: SchemaNode;
  /** True for a resource that a CustomResourceDefinition defines. */
  readonly custom: boolean;
};

type Row = Partial<ResourceType> & Pick<ResourceType, 'plural' | 'kind' | 'namespaced'>;

/** A resource type out of what differs from the commonest: core/v1, unconditional updates, no status. */
export function defineType(row: Row): ResourceType {
  return {
    group: '',
    version: 'v1',
    singular: row.kind.toLowerCase(),
    shortNames: [],
    status: false,
    statusAtCreation: false,
    generation: false,
    graceful: false,
    returnsDeleted: false,
    unconditionalUpdate: true,
    createOnUpdate: false,
    fields: [],
    naming: 'subdomain',
    custom: false,
    ...row,
  };
}

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

const ROWS: readonly Row[] = [
  {
    plural: 'nodes',
    kind: 'Node',
    namespaced: false,
    shortNames: ['no'],
    status: true,
    statusAtCreation: true,
    fields: ['spec.unschedulable'],
  },
  {
    plural: 'pods',
    kind: 'Pod',
    namespaced: true,
    shortNames: ['po'],
    status: true,
    generation: true,
    graceful: true,
    returnsDeleted: true,
    fields: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
  },
  {
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    status: true,
    returnsDeleted: true,
    fields: ['status.phase'],
    naming: 'label',
  },
  {
    plural: 'events',
    kind: 'Event',
    namespaced: true,
    shortNames: ['ev'],
    createOnUpdate: true,
    fields: [...INVOLVED.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'source', 'type'],
  },
  { plural: 'secrets', kind: 'Secret', namespaced: true, fields: ['type'] },
  { plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true, shortNames: ['sa'], returnsDeleted: true },
  { plural: 'configmaps', kind: 'ConfigMap', namespaced: true, shortNames: ['cm'] },
  {
    group: 'apps',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    namespaced: true,
    shortNames: ['ds'],
    status: true,
    generation: true,
  },
  { group: 'apps', plural: 'controllerrevisions', kind: 'ControllerRevision', namespaced: true },
  {
    group: 'coordination.k8s.io',
    plural: 'leases',
    kind: 'Lease',
    namespaced: true,
    unconditionalUpdate: false,
    createOnUpdate: true,
  },
  {
    group: 'apiextensions.k8s.io',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    status: true,
    generation: true,
    unconditionalUpdate: false,
  },
];

/** The resources that are served without any CustomResourceDefinition. */
export function builtInTypes(): readonly ResourceType[] {
  return ROWS.map(defineType);
}

/** `v1` or `group/version`, as objects carry it. */
export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** The name of a resource over all its versions, as CustomResourceDefinitions are named. */
export function resourceKey(type: Pick<ResourceType, 'group' | 'plural'>): string {
  return `${type.plural}.${type.group}`;
}
