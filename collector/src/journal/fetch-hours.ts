/** Fetches from a peer the hours that this replica has not seen: all at its start, and after each hour those that have ended since. */
import type { HourlyRow, LedgerEntry, PolicyName } from '@rollcall/contract';

/** What a fetch works with. */
export interface FetchHost {
  /** Every peer that there is now, as functions that answer a path with a document; one of them may be this replica itself. */
  peers(): Promise<readonly ((path: string) => Promise<unknown>)[]>;
  readonly journal: {
    /** The newest hour of another replica that is kept here; undefined without any. */
    newestForeign(): Promise<number | undefined>;
    /** Keeps rows of other replicas; rows of its own are left out. */
    adopt(rows: readonly HourlyRow[], policies: readonly PolicyName[]): void;
    /** Adds what is not there yet. */
    exclude(entries: readonly LedgerEntry[]): Promise<number>;
    status(): { readonly queued: number };
  };
  readonly clock: { wallMs(): number };
  readonly timers: { after(ms: number, run: () => void): () => void };
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

const HOUR_MS = 3_600_000;
/** By then every replica has booked the end of the hour. */
const BEHIND_MS = 60_000;
const RETRY_MS = 30_000;
/** A page waits until so little is left to write, so that a month of hours does not fill the queue. */
const ROOM = 5_000;
const PAUSE_MS = 100;

/** Begins to fetch; `stop` ends it with the page that is under way. */
export function startFetching(host: FetchHost): { stop(): void } {
  let stopped = false;
  let cancel: () => void = () => undefined;
  const run = async (): Promise<void> => {
    const went = await fetchHours(host, () => stopped).then(
      (rows) => {
        host.log.info({ rows }, 'hours were fetched from the peers');
        return true;
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        host.log.warn({ why }, 'hours cannot be fetched from the peers; trying again');
        return false;
      },
    );
    const untilNext = HOUR_MS - (host.clock.wallMs() % HOUR_MS) + BEHIND_MS;
    if (!stopped) cancel = host.timers.after(went ? untilNext : RETRY_MS, () => void run());
  };
  cancel = host.timers.after(0, () => void run());
  return {
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}

interface HoursDocument {
  readonly items: readonly HourlyRow[];
  readonly policies: readonly PolicyName[];
  readonly exclusions?: readonly LedgerEntry[];
  readonly continue?: string;
}

/** Fetches from every peer what it has since the newest foreign hour here, that hour included; answers how many rows came. Rejects when no peer answers. */
export async function fetchHours(host: FetchHost, isStopped: () => boolean): Promise<number> {
  const { journal } = host;
  // The newest one was fetched while it was running.
  const since = new Date((await journal.newestForeign()) ?? 0).toISOString();
  const peers = await host.peers();
  let rows = 0;
  const failures: unknown[] = [];
  for (const get of peers) {
    try {
      let token: string | undefined = '';
      while (token !== undefined && !isStopped()) {
        const query: string = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
        const page = (await get(`/api/v1/journal?since=${since}${query}`)) as HoursDocument;
        journal.adopt(page.items, page.policies);
        await adoptLedger(journal, page.exclusions);
        rows += page.items.length;
        token = page.continue;
        await room(host, isStopped);
      }
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0 && failures.length === peers.length) throw failures[0];
  return rows;
}

/** Absent from a peer of an earlier version. */
async function adoptLedger(journal: FetchHost['journal'], entries: readonly LedgerEntry[] | undefined): Promise<void> {
  if (entries !== undefined && entries.length > 0) await journal.exclude(entries);
}

async function room({ journal, timers }: FetchHost, isStopped: () => boolean): Promise<void> {
  while (journal.status().queued > ROOM && !isStopped())
    await new Promise<void>((resolve) => void timers.after(PAUSE_MS, resolve));
}
