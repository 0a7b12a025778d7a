/** `MaintenanceWindow`, planned work: the one schema from which its types, its validation and its CRD come. */
import { z } from 'zod';
import {
  durationOf,
  lineOf,
  namespaceName,
  objectName,
  poolName,
  setOf,
  textOf,
  timestamp,
  withRules,
} from './daemon-coverage-fields.ts';
import { narrowSelector } from './daemon-coverage-nodes.ts';
import { POLICY_API_VERSION } from './daemon-coverage.ts';
import { findRuleFaults, RULE_CEL, RULE_CHARS, RULE_PATTERN } from './maintenance-rule.ts';
import { parseRfc3339 } from './rfc3339.ts';

/** The `kind` of a maintenance window. */
export const WINDOW_KIND = 'MaintenanceWindow';

const once = withRules(
  z.strictObject({
    start: timestamp.describe('When the work begins, in RFC 3339, such as 2027-01-31T22:00:00Z.'),
    end: timestamp.describe('When the work ends, in RFC 3339.'),
  }),
  [
    {
      cel: 'self.start < self.end',
      field: 'end',
      reads: ['start', 'end'],
      message: 'is not after the start',
      mend: 'write a later time',
      holds: ({ start, end }) => (parseRfc3339(start) ?? NaN) < (parseRfc3339(end) ?? NaN),
    },
  ],
);

const localTime = withRules(
  textOf({
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$',
    max: 32,
    message: 'is not a local time',
    mend: 'write it without a zone, such as 2027-01-31T22:00:00',
  }),
  [
    {
      cel: "self.matches('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$')",
      message: 'is on no day or at no time',
      mend: 'write a day that the month has, and a time from 00:00:00 to 23:59:59',
      holds: (text) => parseRfc3339(`${text}Z`) !== undefined && !text.endsWith(':60'),
    },
  ],
);

const timeZone = withRules(
  textOf({
    pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$',
    max: 64,
    message: 'is not the name of a time zone',
    mend: 'write a name of the IANA data base, such as Europe/Berlin or UTC',
  }),
  [
    {
      cel: "self == 'UTC' || self.contains('/')",
      message: 'is no time zone that is known',
      mend: 'write a name of the IANA data base, such as Europe/Berlin or UTC',
      holds: (name) => (name === 'UTC' || name.includes('/')) && isKnownZone(name),
    },
  ],
);

function isKnownZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
}

const rule = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    for (const { message, mend } of text === '' ? [] : findRuleFaults(text))
      context.addIssue({ code: 'custom', message, params: { mend } });
  })
  .meta({ pattern: RULE_PATTERN, maxLength: RULE_CHARS, 'x-kubernetes-validations': RULE_CEL });

const recurring = z.strictObject({
  rule: rule.describe(
    'When it recurs: parts of an RRULE of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU. FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, BYDAY, BYMONTHDAY, BYHOUR, BYMINUTE, COUNT, UNTIL.',
  ),
  start: localTime.describe(
    'The first time that it may begin, as a clock on the wall shows it there: 2027-01-12T02:30:00.',
  ),
  timeZone: timeZone.describe('The IANA time zone whose clocks the rule means, such as Europe/Berlin.'),
  duration: durationOf('1m', '72h').describe('How long it lasts each time: 1m to 72h, by elapsed time.'),
  except: setOf(localTime, 64).describe('Times of the rule at which it does not begin.').default([]),
});

const policyName = textOf({
  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  max: 317,
  message: 'is not the name of a policy',
  mend: 'write its name, or namespace/name',
});

const scope = withRules(
  z.strictObject({
    cluster: z.boolean().describe('True: all nodes of all policies that the window may speak for.').default(false),
    policies: setOf(policyName, 64, 1)
      .describe("Policies, as name or namespace/name. All of the window's namespace if absent.")
      .exactOptional(),
    pools: setOf(poolName, 64, 1).describe('Node pools. All if absent.').exactOptional(),
    nodes: setOf(objectName, 256, 1).describe('Nodes by name. All if absent.').exactOptional(),
    selector: narrowSelector.describe('Nodes by labels. All if absent.').exactOptional(),
  }),
  [
    {
      cel: '(has(self.cluster) && self.cluster) != (has(self.policies) || has(self.pools) || has(self.nodes) || has(self.selector))',
      reads: ['cluster', 'policies', 'pools', 'nodes', 'selector'],
      message: 'names neither cluster: true nor policies, pools, nodes or a selector, or both',
      mend: 'write cluster: true, or name what the work is about',
      holds: ({ cluster, policies, pools, nodes, selector }) =>
        cluster !== [policies, pools, nodes, selector].some((part) => part !== undefined),
    },
    {
      cel: '!has(self.nodes) || !has(self.selector)',
      field: 'selector',
      reads: ['nodes', 'selector'],
      message: 'is there beside nodes',
      mend: 'keep one of the two',
      holds: ({ nodes, selector }) => nodes === undefined || selector === undefined,
    },
  ],
);

const spec = withRules(
  z.strictObject({
    owner: lineOf(253).describe('Who answers for the work: a person or a team.'),
    reason: lineOf(500).describe('What is done, for those who see it in a review.'),
    scope: scope.describe('What the work is about: all that is named must hold of a node.'),
    once: once.describe('Work that is done once.').exactOptional(),
    recurring: recurring.describe('Work that recurs by a rule.').exactOptional(),
  }),
  [
    {
      cel: 'has(self.once) != has(self.recurring)',
      reads: ['once', 'recurring'],
      message: 'has neither once nor recurring, or both',
      mend: 'write one of the two',
      holds: (value) => (value.once === undefined) !== (value.recurring === undefined),
    },
  ],
);

/** The schema of what the CRD describes. */
export const windowSpec = spec.describe('Who does what, when and where.');

/** What tells a window from any other document. */
export const windowHead = z.looseObject({ apiVersion: z.literal(POLICY_API_VERSION), kind: z.literal(WINDOW_KIND) });

/** A whole window. */
export const windowDocument = windowHead.strict().extend({
  metadata: z.looseObject({
    name: objectName,
    namespace: namespaceName,
    uid: z.string().min(1).exactOptional(),
  }),
  spec: windowSpec,
});

/** A maintenance window as it is read: every default of the schema applied. */
export type MaintenanceWindow = z.output<typeof windowDocument>;
