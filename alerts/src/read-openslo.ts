/** SLOs of OpenSLO v1 whose indicators are our counters, as objectives of policies. */
import { CALENDAR_UNITS, POLICY_API_VERSION, POLICY_KIND, type CalendarUnit } from '@rollcall/contract';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CALENDAR_DURATIONS, OPENSLO_VERSION, type Losses } from './openslo.ts';
import { number } from './promql.ts';
import { readCounters, type Measured } from './read-counters.ts';

/** Policies as documents, not yet checked; and a line for all that was not carried over. */
export interface OpenSloImport {
  readonly policies: readonly object[];
  readonly losses: Losses;
}

const source = z.looseObject({ metricSource: z.looseObject({ spec: z.looseObject({ query: z.string() }) }) });
const indicator = z.looseObject({
  spec: z.looseObject({
    ratioMetric: z.looseObject({ good: source.optional(), bad: source.optional(), total: source }),
  }),
});
const sliDocument = indicator.extend({ metadata: z.looseObject({ name: z.string() }) });
const window = z.looseObject({
  duration: z.string(),
  isRolling: z.boolean(),
  calendar: z.looseObject({ startTime: z.string(), timeZone: z.string() }).optional(),
});
const sloSpec = z.looseObject({
  indicator: z.unknown().optional(),
  indicatorRef: z.string().optional(),
  budgetingMethod: z.string(),
  timeWindow: z.tuple([window]),
  objectives: z.array(z.looseObject({ target: z.number().optional(), targetPercent: z.number().optional() })).length(1),
  alertPolicies: z.array(z.unknown()).optional(),
  description: z.string().optional(),
});
const head = z.looseObject({
  apiVersion: z.literal(OPENSLO_VERSION),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown(),
});
type Head = z.infer<typeof head>;
type SloSpec = z.infer<typeof sloSpec>;
type Window = z.infer<typeof window>;

interface Carried {
  readonly measured: Measured;
  readonly objective: object;
  readonly losses: Losses;
}

/** Reads a text of OpenSLO documents in YAML or JSON. Throws for what is no YAML or no document of openslo/v1. */
export function readOpenSlo(text: string): OpenSloImport {
  const documents = parseAllDocuments(text).flatMap((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(fault.message);
    const body: unknown = document.toJS();
    return body === null ? [] : [readHead(body)];
  });
  const indicators = new Map(documents.filter(({ kind }) => kind === 'SLI').map((own) => [own.metadata.name, own]));
  const read = documents.filter(({ kind }) => kind === 'SLO').map((slo) => ({ slo, carried: carry(slo, indicators) }));
  const losses = read.flatMap(({ slo, carried }) =>
    typeof carried === 'string'
      ? [`SLO ${slo.metadata.name}: is left out: ${carried}`]
      : carried.losses.map((loss) => `SLO ${slo.metadata.name}: ${loss}`),
  );
  const other = new Set(documents.map(({ kind }) => kind).filter((kind) => kind !== 'SLO' && kind !== 'SLI'));
  const carried = read.flatMap((own) => (typeof own.carried === 'string' ? [] : [own.carried]));
  return {
    policies: groupPolicies(carried),
    losses: [...losses, ...[...other].map((kind) => `documents of kind ${kind} have no place in a policy`)],
  };
}

function readHead(body: unknown): Head {
  const { success, data } = head.safeParse(body);
  if (!success) throw new Error(`a document is not of ${OPENSLO_VERSION}, with kind and metadata.name`);
  return data;
}

function groupPolicies(carried: readonly Carried[]): readonly object[] {
  const groups = Map.groupBy(carried, ({ measured }) => `${measured.namespace}/${measured.daemonset}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { namespace, daemonset } = first.measured;
    return [
      {
        apiVersion: POLICY_API_VERSION,
        kind: POLICY_KIND,
        metadata: { name: daemonset, namespace },
        spec: { daemonSet: { name: daemonset }, objectives: own.map(({ objective }) => objective) },
      },
    ];
  });
}

function carry(slo: Head, indicators: ReadonlyMap<string, Head>): Carried | string {
  const parsed = sloSpec.safeParse(slo.spec);
  if (!parsed.success) return sayIssue(parsed.error);
  const spec = parsed.data;
  if (spec.budgetingMethod !== 'Occurrences') return `its budgetingMethod is ${spec.budgetingMethod}, not Occurrences`;
  const measured = findMeasured(spec, indicators);
  if (typeof measured === 'string') return measured;
  const length = readWindow(spec.timeWindow[0]);
  if (typeof length === 'string') return length;
  const target = readTarget(spec);
  if (target === undefined) return 'its objective has neither target nor targetPercent';
  const owners = measured.owners === undefined ? {} : { owners: measured.owners };
  return { measured, objective: { sli: measured.sli, target, ...length, ...owners }, losses: listLosses(spec) };
}

function sayIssue({ issues: [issue] }: z.ZodError): string {
  return `spec.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not as expected'}`;
}

/** In percent. */
function readTarget({ objectives: [aim] }: SloSpec): number | undefined {
  if (aim?.targetPercent !== undefined || aim?.target === undefined) return aim?.targetPercent;
  return Number(number(aim.target * 100));
}

function listLosses({ alertPolicies = [], description, objectives }: SloSpec): Losses {
  const extra = objectives.flatMap((own) =>
    ['op', 'value', 'timeSliceTarget', 'timeSliceWindow'].filter((key) => key in own),
  );
  return [
    ...(alertPolicies.length > 0 ? ['its alert policies are not read: rollcall generate rules makes alerts anew'] : []),
    ...(description === undefined ? [] : ['its description has no place in an objective']),
    ...extra.map((key) => `${key} of its objective has no place`),
  ];
}

function findMeasured(spec: SloSpec, indicators: ReadonlyMap<string, Head>): Measured | string {
  const found = spec.indicator ?? indicators.get(spec.indicatorRef ?? '');
  if (found === undefined) return `its SLI "${spec.indicatorRef ?? ''}" is not in the file`;
  const parsed = (spec.indicator === undefined ? sliDocument : indicator).safeParse(found);
  if (!parsed.success) return 'its indicator is no ratioMetric of queries';
  return readRatio(parsed.data.spec.ratioMetric);
}

function readRatio({ good, bad, total }: z.infer<typeof indicator>['spec']['ratioMetric']): Measured | string {
  if (good === undefined && bad === undefined) return 'its ratioMetric has neither good nor bad';
  const query = (own: z.infer<typeof source>): string => own.metricSource.spec.query;
  return readCounters({
    ...(good === undefined ? {} : { good: query(good) }),
    ...(bad === undefined ? {} : { bad: query(bad) }),
    total: query(total),
  });
}

const DAYS = { h: 1 / 24, d: 1, w: 7 } as const;

function readWindow(own: Window): { readonly window: string; readonly timeZone?: string } | string {
  const { duration, isRolling, calendar } = own;
  if (isRolling) {
    const [, count, unit] = /^([1-9]\d*)([hdw])$/.exec(duration) ?? [];
    const size = Object.entries(DAYS).find(([name]) => name === unit)?.[1];
    const days = size === undefined ? NaN : Number((Number(count) * size).toFixed(9));
    return Number.isInteger(days)
      ? { window: `${days}d` }
      : `its rolling window of ${duration} is no whole number of days`;
  }
  const unit = CALENDAR_UNITS.find((name) => CALENDAR_DURATIONS[name] === duration);
  if (unit === undefined || calendar === undefined)
    return `its window of ${duration} is no calendar week, month or quarter`;
  if (!beginsUnit(calendar.startTime, unit))
    return `its window begins at ${calendar.startTime}, which is no beginning of a ${unit}`;
  return { window: unit, timeZone: calendar.timeZone };
}

/** Whether it is midnight of the first day of a unit; ISO's T and Z are taken too, since OpenSLO's own tool wants them. */
function beginsUnit(startTime: string, unit: CalendarUnit): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)[T ]00:00:00Z?$/.exec(startTime) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  if (unit === 'Week') return dayOfWeek(Number(year), Number(month), Number(day)) === 1;
  return day === '01' && (unit === 'Month' || (Number(month) - 1) % 3 === 0);
}

/** 0 is Sunday; by Zeller, without a clock. */
function dayOfWeek(year: number, month: number, day: number): number {
  const [y, m] = month < 3 ? [year - 1, month + 12] : [year, month];
  const zeller =
    (day + Math.floor((13 * (m + 1)) / 5) + y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)) % 7;
  return (zeller + 6) % 7;
}
