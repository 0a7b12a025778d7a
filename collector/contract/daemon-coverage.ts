/** `DaemonCoverage`, the policy of one DaemonSet: the one schema from which its types, its validation and its CRD come. */
import { z } from 'zod';
import {
  lineOf,
  listOf,
  mapListOf,
  namespaceName,
  objectName,
  setOf,
  timestamp,
  withRules,
} from './daemon-coverage-fields.ts';
import { grace, health } from './daemon-coverage-health.ts';
import { narrowSelector, nodes } from './daemon-coverage-nodes.ts';
import { status } from './daemon-coverage-status.ts';
import { objective } from './daemon-coverage-objectives.ts';
import { join, resources, telemetry } from './daemon-coverage-telemetry.ts';
import { SLIS, type SliName } from './slis.ts';
import { GROUP, VERSION } from './watched-kinds.ts';

/** The namespace in which the manifests install the collector. */
export const COLLECTOR_NAMESPACE = 'rollcall-system';

/** The `kind` of a policy. */
export const POLICY_KIND = 'DaemonCoverage';

/** The `apiVersion` of a policy. */
export const POLICY_API_VERSION = `${GROUP}/${VERSION}`;

const daemonSet = z.strictObject({
  name: objectName.describe('Name of the DaemonSet.'),
  namespace: namespaceName
    .describe(
      "Namespace of the DaemonSet; the policy's own if absent. Only a policy in the collector's namespace may name another.",
    )
    .exactOptional(),
});

const exemption = withRules(
  z.strictObject({
    nodes: setOf(objectName, 256, 1).describe('Names of the nodes that are exempt.').exactOptional(),
    selector: narrowSelector.describe('Labels of the nodes that are exempt.').exactOptional(),
    owner: lineOf(253).describe('Who answers for the exemption: a person or a team.'),
    reason: lineOf(500).describe('Why the nodes need not run the daemon for now.'),
    expires: timestamp.describe('When the exemption ends, in RFC 3339, such as 2027-01-31T00:00:00Z.'),
  }),
  [
    {
      cel: 'has(self.nodes) || has(self.selector)',
      reads: ['nodes', 'selector'],
      message: 'exempts no nodes',
      mend: 'add nodes or selector',
      holds: (value) => value.nodes !== undefined || value.selector !== undefined,
    },
  ],
);

const byDefault = Object.entries(SLIS).flatMap(([sli, { byDefault: wanted, target, windowMs }]) =>
  wanted ? [{ sli: sli as SliName, target: percent(target), window: `${windowMs / 86_400_000}d` }] : [],
);

function percent(ratio: number): number {
  return Number((ratio * 100).toFixed(3));
}

const fields = z.strictObject({
  daemonSet: daemonSet
    .describe('The DaemonSet that the nodes must run. Absent for a daemon that runs without one.')
    .exactOptional(),
  nodes: nodes.describe('Which nodes must run the daemon.').prefault({}),
  health: health.describe('What healthy means: a node is covered when every layer that is asked is good.').prefault({}),
  grace: grace
    .describe('For how long a node may be excused, counted over 24 hours for each node and excuse.')
    .prefault({}),
  nodeNotReady: z
    .enum(['Expected', 'Excused'])
    .describe('Whether a node that is not Ready is Expected all the same, or Excused for grace.nodeNotReady.')
    .default('Expected'),
  exemptions: listOf(exemption, 64)
    .describe('Nodes that need not run the daemon until a date, with an owner and a reason.')
    .default([]),
  providesNetwork: z
    .boolean()
    .describe('Whether the daemon provides the network of the node, so that a node cannot be Ready without it.')
    .default(false),
  join: join.describe('When a new node has joined in time.').prefault({}),
  resources: resources.describe('What the daemon may use of its node.').prefault({}),
  telemetry: telemetry
    .describe('From where else the collector learns how the telemetry of the daemon fares.')
    .exactOptional(),
  objectives: mapListOf(objective, 'sli', Object.keys(SLIS).length)
    .describe('Service level objectives, one for each indicator. If absent, coverage of 99 percent over 30 days.')
    .default(byDefault),
  purpose: lineOf(500).describe('What the daemon is for: what is lost on a node without it.').exactOptional(),
  team: lineOf(63).describe('Team that owns the daemon.').exactOptional(),
  contact: lineOf(253).describe('Where to reach that team: a channel, an address, a pager.').exactOptional(),
});

const spec = withRules(fields, [
  {
    cel: "has(self.daemonSet) || self.nodes.scope == 'Explicit' && !self.health.pod.enabled",
    field: 'daemonSet',
    reads: ['daemonSet', 'nodes', 'health'],
    message: 'is required unless nodes.scope is Explicit and health.pod.enabled is false',
    mend: 'name the DaemonSet, or say which nodes and which other layer make up the coverage',
    holds: ({ daemonSet: named, nodes: { scope }, health: { pod } }) =>
      named !== undefined || (scope === 'Explicit' && !pod.enabled),
  },
]);

/** The schemas of the two halves of a policy that the CRD describes. */
export const policySchemas = {
  spec: spec.describe('What must be covered, and what counts as covered.'),
  status: status.describe('What the collector answers. Written by the collector only.'),
};

/** What tells a policy from any other document. */
export const policyHead = z.looseObject({ apiVersion: z.literal(POLICY_API_VERSION), kind: z.literal(POLICY_KIND) });

/** A whole policy. Its status is not read back: it must be taken out before. */
export const policyDocument = policyHead.strict().extend({
  metadata: z.looseObject({
    name: objectName,
    namespace: namespaceName,
    uid: z.string().min(1).exactOptional(),
    creationTimestamp: timestamp.exactOptional(),
    generation: z.int().min(0).exactOptional(),
  }),
  spec: policySchemas.spec,
});

/** A policy as it is read: every default of the schema applied. */
export type DaemonCoverage = z.output<typeof policyDocument>;

/** A policy as it is written: what has a default may be absent. */
export type DaemonCoverageManifest = z.input<typeof policyDocument>;

/** The status of a policy. */
export type DaemonCoverageStatus = z.output<typeof policySchemas.status>;

/** The spec of a policy that says nothing but its DaemonSet: every default. */
export function defaultSpec(): DaemonCoverage['spec'] {
  return spec.parse({ daemonSet: { name: 'any' } });
}
