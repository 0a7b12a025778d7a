/** The part of a DaemonCoverage that says how joins, resources and telemetry are judged, and where the collector learns of telemetry. */
import { z } from 'zod';
import {
  durationOf,
  labelKey,
  lineOf,
  namespaceName,
  objectName,
  textOf,
  withRules,
} from './daemon-coverage-fields.ts';
import { labelSelector } from './daemon-coverage-nodes.ts';

/** spec.join */
export const join = z.strictObject({
  from: z
    .enum(['Created', 'Ready', 'Eligible'])
    .describe('What a join is counted from: the node being Created, Ready for the first time, or Eligible.')
    .default('Ready'),
  within: durationOf('10s', '30m').describe('How long a node may take to be covered for the first time.').default('2m'),
});

const memory = textOf({
  pattern: '^[1-9][0-9]{0,14}(k|M|G|Ki|Mi|Gi)?$',
  max: 17,
  message: 'is not an amount of memory',
  mend: 'write bytes, or a whole number with k, M, G, Ki, Mi or Gi, such as 200M',
});

/** spec.resources */
export const resources = z.strictObject({
  cpuPercent: z
    .number()
    .gt(0)
    .max(100)
    .describe("Share of its node's CPU that a daemon may use, in percent: above 0, at most 100.")
    .default(5),
  memory: memory.describe('Memory that a daemon may use, such as 200M.').default('200M'),
});

const sink = withRules(
  z.strictObject({
    namespace: namespaceName.describe('Namespace of the pods that receive the telemetry.').exactOptional(),
    podSelector: labelSelector.describe('Labels of those pods; all of the namespace if absent.').exactOptional(),
    cidr: textOf({
      pattern: '^[0-9a-fA-F.:]{2,45}/[0-9]{1,3}$',
      max: 49,
      message: 'is not an address block',
      mend: 'write it as address/length, such as 192.0.2.10/32',
    })
      .describe('Address block of a sink outside of the cluster.')
      .exactOptional(),
    port: z.int().min(1).max(65_535).describe('TCP port of the sink: 1 to 65535.').exactOptional(),
  }),
  [
    {
      cel: 'has(self.namespace) != has(self.cidr)',
      reads: ['namespace', 'cidr'],
      message: 'does not say where the telemetry goes, or says it twice',
      mend: 'give either namespace or cidr',
      holds: (value) => (value.namespace === undefined) !== (value.cidr === undefined),
    },
  ],
);

const asked = ['lag', 'errors', 'dropped', 'good', 'total'] as const;

const queries = withRules(
  z.strictObject({
    connection: objectName.describe("Name of the connection, as the collector's flags define it; never a URL."),
    nodeLabel: labelKey.describe('Label of the answer that holds the name of the Node.').default('node'),
    lag: lineOf(2_000).describe('Age of the newest telemetry of each node in its backend, in seconds.').exactOptional(),
    errors: lineOf(2_000).describe('Counter of the errors of the daemon on each node.').exactOptional(),
    dropped: lineOf(2_000).describe('Counter of the records that the daemon dropped on each node.').exactOptional(),
    good: lineOf(2_000).describe('Counter of what went well on each node, to be divided by total.').exactOptional(),
    total: lineOf(2_000).describe('Counter of what was tried on each node.').exactOptional(),
  }),
  [
    {
      cel: asked.map((name) => `has(self.${name})`).join(' || '),
      reads: [...asked],
      message: 'asks nothing',
      mend: 'give at least one of lag, errors, dropped, or good and total',
      holds: (value) => asked.some((name) => value[name] !== undefined),
    },
    {
      cel: 'has(self.good) == has(self.total)',
      field: 'total',
      reads: ['good', 'total'],
      message: 'and good belong together',
      mend: 'give both or neither',
      holds: ({ good, total }) => (good === undefined) === (total === undefined),
    },
  ],
);

const canary = z.strictObject({
  connection: objectName.describe('Name of the connection in which the canaries arrive.'),
  period: durationOf('5s', '10m').describe('Time between two canaries of a node: 5s to 10m.').default('30s'),
  selector: textOf({
    pattern: '^\\{[^{}]+\\}$',
    max: 500,
    message: 'is no selector',
    mend: 'write label matchers in braces, such as {container="rollcall-canary"}',
  })
    .describe(
      'Which streams or series to look through, such as {job="canary"}; default: {container="rollcall-canary"} in Loki, all of its metric in Prometheus.',
    )
    .exactOptional(),
});

/** spec.telemetry */
export const telemetry = z.strictObject({
  sink: sink
    .describe('Where the daemon sends what it collects. NetworkPolicies that cut it off are found.')
    .exactOptional(),
  queries: queries.describe('Queries that tell how the telemetry of each node fares.').exactOptional(),
  canary: canary
    .describe('Marked lines or samples that `rollcall canary` writes on each node and the collector looks for.')
    .exactOptional(),
});
