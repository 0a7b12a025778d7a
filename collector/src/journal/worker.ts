/** The journal's thread: all that may block for a disk happens here. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Reply, Request, StoreQuery } from './batch.ts';
import { toFailure, type JournalFault } from './journal-fault.ts';
import { addToLedger, readLedger } from './ledger-store.ts';
import { openStore, setAside, type OpenOptions, type OpenStore } from './open-store.ts';
import { readHistory, readHours, readJoins, readLags, readLost, readNewestForeign } from './read-store.ts';
import { createPruneClock, type PruneClock } from './prune-clock.ts';
import { createWriter, prune, type Life, type WriteBatch } from './write-store.ts';

const PRUNE_MS = 60_000;

interface Open extends OpenStore {
  readonly write: WriteBatch;
  prunedMono: number;
  readonly pruneClock: PruneClock;
}

/** The file, open or not. */
interface Desk {
  readonly path: string;
  store: Open | undefined;
  /** Stays through whatever happens to the file. */
  life: Life | undefined;
}

type Tell = OpenOptions['tell'];

function serve(port: MessagePort, path: string): void {
  const desk: Desk = { path, store: undefined, life: undefined };
  port.on('message', (request: Request) => {
    try {
      port.postMessage(answer(desk, request, (memories) => port.postMessage({ kind: 'memories', memories })));
    } catch (error) {
      const failure = toFailure(error);
      recover(desk, failure.fault);
      const { kind } = request;
      port.postMessage(kind === 'query' ? { kind: 'refused', id: request.id, failure } : { kind: 'failed', failure });
    }
  });
}

function answer(desk: Desk, request: Request, tell: Tell): Reply {
  switch (request.kind) {
    case 'open':
      return { kind: 'opened', recalled: open(desk, request.replica, tell).recalled };
    case 'write': {
      const store = opened(desk);
      store.write(request.batch);
      pruneSometimes(store);
      return { kind: 'written' };
    }
    case 'query':
      return { kind: 'answer', id: request.id, value: ask(opened(desk), request.query) };
    case 'close':
      close(desk);
      return { kind: 'closed' };
  }
}

function open(desk: Desk, replica: string | undefined, tell: Tell): Open {
  close(desk);
  const store = openStore(desk.path, { nowMs: Date.now(), life: desk.life, replica, tell });
  desk.life = store.life;
  const pruneClock = createPruneClock(store.database, { wallMs: Date.now(), monoMs: performance.now() });
  return (desk.store = {
    ...store,
    write: createWriter(store.database, store.life),
    prunedMono: -Infinity,
    pruneClock,
  });
}

function opened({ store }: Desk): Open {
  if (store === undefined) throw Object.assign(new Error('the journal is not open'), { code: 'ENOENT' });
  return store;
}

function close(desk: Desk): void {
  const { store } = desk;
  desk.store = undefined;
  store?.database.close();
}

function pruneSometimes(store: Open): void {
  const now = performance.now();
  if (now - store.prunedMono < PRUNE_MS) return;
  store.prunedMono = now;
  prune(store.database, store.pruneClock({ wallMs: Date.now(), monoMs: now }));
}

function ask({ database, life }: Open, query: StoreQuery): unknown {
  switch (query.ask) {
    case 'history':
      return readHistory(database, query);
    case 'lost':
      return readLost(database, query);
    case 'hours':
      return readHours(database, query);
    case 'lags':
      return readLags(database, query);
    case 'joins':
      return readJoins(database, query.sinceMs);
    case 'newestForeign':
      return readNewestForeign(database, life.replica);
    case 'exclude':
      return addToLedger(database, query.entries);
    case 'exclusions':
      return readLedger(database);
  }
}

/** What cannot be written to is closed, to be opened anew; what is damaged is out of the way by then. */
function recover(desk: Desk, fault: JournalFault): void {
  if (fault === 'full' || fault === 'failed') return;
  try {
    close(desk);
    if (fault === 'corrupt') setAside(desk.path, Date.now());
  } catch {
    // Whatever it is comes again when the file is opened, and is said then.
  }
}

if (parentPort !== null) serve(parentPort, (workerData as { readonly path: string }).path);
