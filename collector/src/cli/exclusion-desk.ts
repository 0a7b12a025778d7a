/** Takes what is to be excluded into the journal's ledger. */
import { randomUUID } from 'node:crypto';
import {
  checkExclusion,
  type ExclusionsAnswer,
  type GoodOfValid,
  type HourPage,
  type HourRow,
  type LedgerEntry,
  type PolicyName,
} from '@rollcall/contract';
import type { Logger } from 'pino';
import type { Ledger } from '../http/answers.ts';
import { splitHours } from '../sli/index.ts';
import type { OpenJournal } from './open-journal.ts';

/** What it works with. */
export interface DeskHost {
  readonly cluster: string;
  readonly journal: Pick<OpenJournal, 'exclude' | 'exclusions' | 'hours'>;
  readonly log: Pick<Logger, 'info'>;
  readonly nowMs: () => number;
}

/** The desk. An entry is answered once it is on the disk. */
export function createExclusionDesk({ cluster, journal, log, nowMs }: DeskHost): Ledger {
  return {
    exclusions: async () => {
      const { rows, policies } = await readHours(journal, nowMs() - PERIOD_MS);
      const items = await journal.exclusions();
      return { items, effects: tellEffects(rows, policies, items) };
    },
    exclude: async (body, author) => {
      const recordedMs = Math.floor(nowMs());
      const checked = checkExclusion(body, recordedMs);
      if (!checked.ok) return checked.fault;
      const fault = findRevokeFault(checked.wish.revokes, await journal.exclusions());
      if (fault !== undefined) return fault;
      const entry: LedgerEntry = { id: randomUUID(), cluster, recordedMs, author, ...checked.wish };
      await journal.exclude([entry]);
      log.info(
        { exclusion: entry },
        `${author} ${entry.revokes === '' ? 'excluded hours' : 'revoked an exclusion'}: ${entry.reason}`,
      );
      return entry;
    },
  };
}

const PERIOD_MS = 30 * 86_400_000;
const PAGE = 5_000;

interface Hours {
  readonly rows: readonly HourRow[];
  readonly policies: readonly PolicyName[];
}

async function readHours(journal: DeskHost['journal'], sinceMs: number): Promise<Hours> {
  const rows: HourRow[] = [];
  let [after, policies]: [string | undefined, readonly PolicyName[]] = [undefined, []];
  do {
    const page: HourPage = await journal.hours({ sinceMs, limit: PAGE, best: true, after });
    for (const row of page.items) if (row.kind === 'hour' && row.sli === 'coverage') rows.push(row);
    [after, policies] = [page.next, page.policies];
  } while (after !== undefined);
  return { rows, policies };
}

function tellEffects(
  rows: readonly HourRow[],
  policies: readonly PolicyName[],
  ledger: readonly LedgerEntry[],
): ExclusionsAnswer['effects'] {
  const { counted, excluded, capUsed } = splitHours(rows, policies, ledger);
  return policies.flatMap(({ policyUid, namespace, daemonset }) => {
    const own = (row: HourRow, reason: string): boolean => row.policyUid === policyUid && row.reason === reason;
    const adjusted = sum(counted.filter((row) => own(row, '')));
    const windows = sum(counted.filter((row) => own(row, 'excused:Maintenance')));
    const taken = sum(excluded.filter((row) => own(row, '')));
    if (windows.validMs + taken.validMs === 0) return [];
    const raw = add(add(adjusted, windows), taken);
    return [{ namespace, daemonset, raw, adjusted, capUsed: capUsed.get(policyUid) ?? 0 }];
  });
}

function sum(rows: readonly HourRow[]): GoodOfValid {
  return rows.reduce<GoodOfValid>(add, { validMs: 0, goodMs: 0 });
}

function add(one: GoodOfValid, other: GoodOfValid): GoodOfValid {
  return { validMs: one.validMs + other.validMs, goodMs: one.goodMs + other.goodMs };
}

function findRevokeFault(id: string, entries: readonly LedgerEntry[]): string | undefined {
  if (id === '') return undefined;
  const found = entries.find((entry) => entry.id === id);
  if (found === undefined) return `revokes: "${id}" is no entry of the ledger; GET /api/v1/exclusions lists them`;
  if (found.revokes !== '') return `revokes: "${id}" revokes another one; write a new exclusion instead`;
  const before = entries.find(({ revokes }) => revokes === id);
  return before && `revokes: "${id}" was revoked by ${before.author} already`;
}
