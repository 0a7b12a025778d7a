/** `rollcall coverage --watch`: what a running collector says now, and then whatever changes. */
import type { PolicySummary, StreamMessage, Transition } from '@rollcall/contract';
import type { CollectorClient } from './collector-client.ts';
import type { Io } from './command.ts';
import { followStream } from './follow-stream.ts';
import { createRowFormat, formatLine } from './format-table.ts';
import { COVERAGE_HEAD, coverageRow } from './print-coverage.ts';
import { readCollector, type Named } from './roll-reader.ts';
import { systemClock, systemTimers } from './system-clock.ts';

/** What is watched. */
export interface CoverageWatch {
  readonly client: CollectorClient;
  readonly isMeant: (policy: Named) => boolean;
  /** One JSON document a line: the messages of the stream, each policy first. */
  readonly json: boolean;
}

/** Prints until the user interrupts. Rejects when the collector cannot be asked at the beginning. */
export async function watchCoverage({ client, isMeant, json }: CoverageWatch, io: Io): Promise<void> {
  const printer = json ? printJson(io) : printText(io);
  const hear = createHearing(printer, isMeant);
  const reader = readCollector(client);
  const remark = (text: string): void => io.err(formatLine(`# ${clockText(Date.now())} ${text}`));
  // The stream is open before the list is asked for, so that nothing falls between the two.
  const list = async (): Promise<void> => hear.all(await reader.policies());
  let opened = 0;
  await followStream({
    client,
    clock: systemClock,
    timers: systemTimers,
    signal: io.signal,
    onMessage: (message) => {
      if (message.event !== 'resync') return hear.one(message);
      remark(`read anew: ${message.why}`);
      // Everything follows in the stream but what is gone.
      list().catch((error: unknown) => remark(String(error)));
    },
    onOpen: async () => {
      opened += 1;
      if (opened === 1) return list();
      remark('connected again');
    },
    onTrouble: (why) => remark(`cut: ${why}; trying again`),
  });
}

interface Hearing {
  one(message: Told): void;
  /** Every policy that there is: what is not among them is gone. */
  all(policies: readonly PolicySummary[]): void;
}

/** Passes on what is meant and new: the stream begins with what the list has told already. */
function createHearing(printer: Printer, isMeant: (policy: Named) => boolean): Hearing {
  const known = new Map<string, PolicySummary>();
  const one: Hearing['one'] = (message) => {
    if (!isMeant(namesOf(message))) return;
    if (message.event === 'policy') {
      const { uid } = message.summary.policy;
      if (JSON.stringify(known.get(uid)) === JSON.stringify(message.summary)) return;
      known.set(uid, message.summary);
    }
    if (message.event === 'policyGone')
      for (const [uid, own] of known) if (nameOf(own) === nameOf(message)) known.delete(uid);
    printer.tell(message);
  };
  return {
    one,
    all: (policies) => {
      const gone = [...known.values()].filter((own) => !policies.some((policy) => nameOf(policy) === nameOf(own)));
      for (const { namespace, daemonset } of gone) one({ event: 'policyGone', namespace, daemonset });
      printer.begin(policies.filter(isMeant));
      for (const summary of policies) one({ event: 'policy', summary });
    },
  };
}

type Told = Exclude<StreamMessage, { readonly event: 'resync' }>;

interface Printer {
  /** Before the first message, and again when all is read anew. */
  begin(policies: readonly PolicySummary[]): void;
  tell(message: Told): void;
}

/** A policy is printed when its row differs from the one before. */
function printText(io: Io): Printer {
  const printed = new Map<string, string>();
  let format: ReturnType<typeof createRowFormat> | undefined;
  const begin: Printer['begin'] = (policies) => {
    if (format !== undefined) return;
    const head = ['TIME', ...COVERAGE_HEAD];
    format = createRowFormat([head, ...policies.map((own) => [clockText(0), ...coverageRow(own)])]);
    io.out(format(head));
  };
  const row = (summary: PolicySummary): void => {
    const cells = coverageRow(summary);
    // A summary has more than its row.
    if (printed.get(summary.policy.uid) === cells.join('|')) return;
    printed.set(summary.policy.uid, cells.join('|'));
    io.out(format?.([clockText(Date.now()), ...cells]) ?? '');
  };
  return {
    begin,
    tell: (message) => {
      if (message.event === 'policy') return row(message.summary);
      if (message.event === 'policyGone') printed.clear();
      io.out(formatLine(`${clockText(timeOf(message))}   ${nameOf(message)} ${tellMove(message)}`));
    },
  };
}

type Move = Exclude<Told, { readonly event: 'policy' }>;

function timeOf(message: Move): number {
  return message.event === 'transition' ? message.transition.wallMs : Date.now();
}

function tellMove(message: Move): string {
  switch (message.event) {
    case 'policyGone':
      return 'the policy is gone';
    case 'transitions':
      return `${message.count} more nodes moved`;
    case 'transition':
      return tell(message.transition);
  }
}

function printJson(io: Io): Printer {
  return { begin: () => undefined, tell: (message) => io.out(`${JSON.stringify(message)}\n`) };
}

function tell({ node, pool, from, to, reason, evidence }: Transition): string {
  const what = `${from} -> ${to}${reason === '' ? '' : `, ${reason}`}`;
  return `${node === '' ? `(missing in ${pool})` : node}: ${what}${reason === '' || evidence === '' ? '' : ` | ${evidence}`}`;
}

function namesOf(message: Told): Named {
  return message.event === 'policy' ? message.summary : message;
}

function nameOf({ namespace, daemonset }: Named): string {
  return `${namespace}/${daemonset}`;
}

function clockText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(11, 19)}Z`;
}
