/** The collector's own health: what to look at when its answers are in doubt. */
import { COLLECTOR_METRICS, JOURNAL_STATES, PROCESS_METRICS, type JournalState } from '@rollcall/contract';
import type { Query, Row, StateTimeline } from '../board.ts';
import { lines } from '../lines.ts';
import { bucketsOf, grownOfCollector, ofCollector, ofProcess } from '../select.ts';

const C = COLLECTOR_METRICS;
const P = PROCESS_METRICS;

const leader: StateTimeline = {
  kind: 'state-timeline',
  title: 'Leader',
  description:
    'Which replica counts. Exactly one leader for each cluster at each instant is good; none for longer than its lease means that counters stand still, and the hole is booked as unobserved.',
  unit: 'short',
  width: 12,
  height: 5,
  queries: [{ expr: `max by (instance) (${ofCollector(C.leader)})`, legend: '{{instance}}' }],
  steps: [
    { colour: 'excused', word: 'standing by' },
    { from: 1, colour: 'good', word: 'leader' },
  ],
};

const WELL: readonly JournalState[] = ['memory', 'opening', 'writing'];
const FAULTS = JOURNAL_STATES.filter((state) => !WELL.includes(state)).join('|');

function inState(matcher: string): string {
  return `max by (instance, state) (${ofCollector(C.journalState, matcher)}) == 1`;
}

const journal: StateTimeline = {
  kind: 'state-timeline',
  title: 'Journal',
  description:
    'How the journal of each replica does. Writing is good, memory means that there is no file, anything else that history is being lost: look at its disk.',
  unit: 'short',
  width: 12,
  height: 5,
  queries: [
    {
      expr: `${inState(`state=~"${WELL.join('|')}"`)} or 2 * (${inState(`state=~"${FAULTS}"`)})`,
      legend: '{{instance}} {{state}}',
    },
  ],
  steps: [
    { colour: 'good', word: 'as it should be' },
    { from: 2, colour: 'bad', word: 'not written' },
  ],
};

/** A watch is called after what it watches, then the namespace and selector. */
const KIND = '"kind", "$1", "watch", "([^/]*).*"';

const watches: StateTimeline = {
  kind: 'state-timeline',
  title: 'Watches',
  description:
    'How the watches of each kind of object do, the worst of them. Live is good; a stale one leaves nodes unobserved: look at the API server and at the way there.',
  unit: 'short',
  width: 12,
  queries: [
    {
      expr: `max by (kind) (label_replace(${ofCollector(C.watchState, 'state="syncing"')} or 2 * ${ofCollector(C.watchState, 'state="stale"')}, ${KIND}))`,
      legend: '{{kind}}',
    },
  ],
  steps: [
    { colour: 'good', word: 'live' },
    { from: 1, colour: 'warning', word: 'syncing' },
    { from: 2, colour: 'bad', word: 'stale' },
  ],
};

const watchAge = lines({
  title: 'Silence of watches',
  description:
    'Since when the quietest watch of each replica has heard nothing. API servers send bookmarks at least every two minutes where they are asked for; beyond 150 s a watch counts as stale.',
  unit: 's',
  width: 12,
  queries: [{ expr: `max by (instance) (${ofCollector(C.watchAge)})`, legend: '{{instance}}' }],
  limits: true,
  steps: [{ colour: 'good' }, { from: 150, colour: 'bad' }],
});

const watchTrouble = lines({
  title: 'Relists and errors of watches',
  description:
    'Full lists and errors per interval. None is good; relists over and over load the API server, 403 means that a role is missing.',
  unit: 'short',
  queries: [
    { expr: `sum(${grownOfCollector(C.watchRelists)})`, legend: 'relists' },
    { expr: `sum by (code) (${grownOfCollector(C.watchErrors)})`, legend: 'error {{code}}' },
  ],
  colours: { relists: 'excused' },
});

function delay(q: number): Query {
  const counts = grownOfCollector(bucketsOf(C.observationDelay));
  return {
    expr: `histogram_quantile(${q}, sum by (le, instance) (${counts})) >= 0`,
    legend: `p${q * 100} {{instance}}`,
  };
}

const observationDelay = lines({
  title: 'Observation delay',
  description:
    'From the arrival of an event to answers that reflect it. Below a second is good; above, look at the event loop and at how many events arrive.',
  unit: 's',
  queries: [delay(0.5), delay(0.99)],
  limits: true,
  steps: [{ colour: 'good' }, { from: 1, colour: 'bad' }],
});

const journalRows = lines({
  title: 'Rows of the journal',
  description:
    'Rows that wait to be written, and rows that were dropped per interval. A queue that empties is good; dropped rows are history that is gone.',
  unit: 'short',
  queries: [
    { expr: `max by (instance) (${ofCollector(C.journalQueued)})`, legend: 'queued {{instance}}' },
    { expr: `sum by (instance) (${grownOfCollector(C.journalDropped)})`, legend: 'dropped {{instance}}' },
  ],
});

const refused = lines({
  title: 'Refused heartbeats',
  description:
    'Heartbeats that were refused per interval, by why. None is good; unauthenticated ones are tokens of another cluster or audience, 429 is load.',
  unit: 'short',
  queries: [{ expr: `sum by (reason) (${grownOfCollector(C.heartbeatsRefused)})`, legend: '{{reason}}' }],
});

function called(what: string, expr: string): string {
  return `label_replace(${expr}, "what", "${what}", "", "")`;
}

const WRITES = Object.entries({
  status: C.statusWrites,
  condition: C.nodeConditionWrites,
  silence: C.silenceWrites,
}).map(([what, metric]) => called(what, `sum by (outcome) (${grownOfCollector(metric)})`));

const writes = lines({
  title: 'Writes to the cluster and to Alertmanager',
  description:
    'Statuses of policies, Node conditions and silences that were written per interval, by outcome. A few that are ok are good; conflicts pass, refusals are a missing role.',
  unit: 'short',
  queries: [{ expr: WRITES.join(' or '), legend: '{{what}} {{outcome}}' }],
});

const eventsDropped = lines({
  title: 'Events without room',
  description:
    'Kubernetes Events per interval that found no room as evidence, or were not sent by OTLP. None is good; otherwise reasons lack their evidence.',
  unit: 'short',
  queries: [{ expr: `sum by (where) (${grownOfCollector(C.eventsDropped)})`, legend: '{{where}}' }],
});

const memory = lines({
  title: 'Memory',
  description:
    'Resident memory of each replica and its limit. A distance that stays is good; close to the limit, raise it before the kernel decides.',
  unit: 'bytes',
  queries: [
    {
      expr: `${called('resident', ofProcess(P.resident))} or ${called('limit', ofCollector(C.memoryLimit))}`,
      legend: '{{what}} {{instance}}',
    },
  ],
});

const processor = lines({
  title: 'CPU',
  description: 'Cores that each replica uses. One core is all that its event loop can take.',
  unit: 'short',
  queries: [
    {
      expr: `rate(${ofCollector(P.cpu)}[$__rate_interval]) and on (job, instance) ${ofCollector(C.buildInfo)}`,
      legend: '{{instance}}',
    },
  ],
  limits: true,
  steps: [{ colour: 'good' }, { from: 1, colour: 'warning' }],
});

const eventLoop = lines({
  title: 'Event loop',
  description:
    'How late the event loop comes, between two scrapes. Below 100 ms is good; longer pauses delay answers, heartbeats and the lease.',
  unit: 's',
  queries: [
    { expr: ofProcess(P.lagP99), legend: 'p99 {{instance}}' },
    { expr: ofProcess(P.lagMax), legend: 'longest {{instance}}' },
  ],
  limits: true,
  steps: [{ colour: 'good' }, { from: 1, colour: 'bad' }],
});

/** The row. */
export const collectorRow: Row = {
  title: 'The collector itself',
  folded: true,
  panels: [
    leader,
    journal,
    watches,
    watchAge,
    watchTrouble,
    observationDelay,
    journalRows,
    refused,
    writes,
    eventsDropped,
    memory,
    processor,
    eventLoop,
  ],
};
