/** Projects a DaemonSet as parsed to the fields that Rollcall keeps. */
import type {
  DaemonSetObject,
  LabelSelector,
  NodeSelectorTerm,
  SelectorRequirement,
  TemplatePlacement,
  Toleration,
} from '@rollcall/contract';
import {
  NO_ITEMS,
  asFields,
  isFields,
  readCount,
  readFields,
  readList,
  readString,
  readStrings,
  readTime,
} from './read-field.ts';
import { takeStringMap } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { projectPodTemplate } from './project-pod-template.ts';
import { identify } from './read-metadata.ts';

/** The DaemonSet in short. Takes over and changes `raw`'s matchLabels, nodeSelector and pod labels; throws only if it has no uid or name. */
export function projectDaemonSet(raw: unknown, intern: Interner): DaemonSetObject {
  const { fields, metadata, uid, name } = identify('DaemonSet', raw);
  const spec = readFields(fields, 'spec');
  const strategy = readFields(spec, 'updateStrategy');
  const status = readFields(fields, 'status');
  const template = readFields(spec, 'template');
  const podSpec = readFields(template, 'spec');
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    createdAt: readTime(metadata, 'creationTimestamp'),
    deletedAt: readTime(metadata, 'deletionTimestamp'),
    generation: readCount(metadata, 'generation'),
    selector: projectLabelSelector(readFields(spec, 'selector'), intern),
    placement: projectPlacement(podSpec, intern),
    podTemplate: projectPodTemplate(podSpec, intern),
    podLabels: takeStringMap(readFields(template, 'metadata'), 'labels', intern),
    minReadySeconds: readCount(spec, 'minReadySeconds'),
    strategy: strategy['type'] === 'OnDelete' ? 'OnDelete' : 'RollingUpdate',
    ...projectBudget(readFields(strategy, 'rollingUpdate'), intern),
    serviceAccount: intern(readString(podSpec, 'serviceAccountName')) || undefined,
    status: {
      desired: readCount(status, 'desiredNumberScheduled'),
      observedGeneration: readCount(status, 'observedGeneration'),
    },
  };
}

/** A label selector in short; takes over and changes its matchLabels. */
export function projectLabelSelector(selector: Fields, intern: Interner): LabelSelector {
  return {
    matchLabels: takeStringMap(selector, 'matchLabels', intern),
    matchExpressions: projectRequirements(selector, 'matchExpressions', intern),
  };
}

function projectPlacement(podSpec: Fields, intern: Interner): TemplatePlacement {
  const tolerations = readList(podSpec, 'tolerations').filter(isFields);
  return {
    nodeName: readString(podSpec, 'nodeName'),
    nodeSelector: takeStringMap(podSpec, 'nodeSelector', intern),
    terms: projectTerms(podSpec, intern),
    tolerations: tolerations.map((toleration) => projectToleration(toleration, intern)),
    hostNetwork: podSpec['hostNetwork'] === true,
  };
}

function projectToleration(toleration: Fields, intern: Interner): Toleration {
  return {
    key: intern(readString(toleration, 'key')),
    operator: intern(readString(toleration, 'operator')),
    value: intern(readString(toleration, 'value')),
    effect: intern(readString(toleration, 'effect')),
  };
}

// Required affinity that is there but names no term admits no node at all: that differs from none.
function projectTerms(podSpec: Fields, intern: Interner): readonly NodeSelectorTerm[] | undefined {
  const nodeAffinity = readFields(readFields(podSpec, 'affinity'), 'nodeAffinity');
  const required = nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'];
  if (!isFields(required)) return undefined;
  return readList(required, 'nodeSelectorTerms').map((item) => {
    const term = asFields(item);
    return {
      matchExpressions: projectRequirements(term, 'matchExpressions', intern),
      matchFields: projectRequirements(term, 'matchFields', intern),
    };
  });
}

// An entry that is no requirement is kept as an invalid one: dropping it would widen the selector.
function projectRequirements(fields: Fields, key: string, intern: Interner): readonly SelectorRequirement[] {
  const list = readList(fields, key);
  if (list.length === 0) return NO_ITEMS;
  return list.map((item) => {
    const requirement = asFields(item);
    return {
      key: intern(readString(requirement, 'key')),
      operator: intern(readString(requirement, 'operator')),
      values: readStrings(requirement, 'values', intern),
    };
  });
}

function projectBudget(
  { maxSurge, maxUnavailable }: Fields,
  intern: Interner,
): Pick<DaemonSetObject, 'surge' | 'rolloutBudget'> {
  const surge = allowsSurge(maxSurge);
  const budget = surge ? maxSurge : (maxUnavailable ?? 1);
  const isWritten = typeof budget === 'number' || typeof budget === 'string';
  return { surge, rolloutBudget: isWritten ? intern(String(budget)) : '' };
}

// An IntOrString; the API rounds a percentage up, so that any above zero lets one more pod run.
function allowsSurge(maxSurge: unknown): boolean {
  return typeof maxSurge === 'number' ? maxSurge > 0 : typeof maxSurge === 'string' && /^0*[1-9]\d*%$/.test(maxSurge);
}
