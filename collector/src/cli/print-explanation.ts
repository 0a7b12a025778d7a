/** Prints one node's explanation for whoever is on call: what is wrong, why, what to do, and how it was found out. */
import type { Check, NodeDetail, Transition } from '@rollcall/contract';
import { sayDuration } from '../coverage/index.ts';
import { formatLine } from './format-table.ts';
import type { Named } from './roll-reader.ts';

/** One node under one policy. */
export interface Explanation extends Named {
  readonly detail: NodeDetail;
  /** Why the policy's source of Daemons cannot be seen, with the mend. */
  readonly sourceDown?: string | undefined;
}

/** How it is told. */
export interface Telling {
  /** Wall-clock milliseconds. */
  readonly now: number;
  /** What was asked remembers: since when, and what was before. */
  readonly remembers: boolean;
  /** What kubectl needs to reach the same cluster: '' or ' --context NAME' …. */
  readonly kubectlFlags: string;
}

const SHOWN_TRANSITIONS = 5;
const OUTCOMES: Readonly<Record<Check['outcome'], string>> = {
  pass: 'ok',
  fail: 'FAILED',
  follows: 'follows',
  note: 'note',
  unknown: 'UNKNOWN',
  skipped: 'skipped',
};

/** One line: the node, its state, since when, and the reason. */
export function printHeadline(explanation: Explanation, { now, remembers }: Telling): string {
  const { detail } = explanation;
  const since = Date.parse(detail.since);
  const age = remembers && Number.isFinite(since) ? ` for ${sayDuration(now - since)}` : '';
  const owner = detail.owner === null ? '' : ` (owner: ${detail.owner})`;
  const reason = detail.reason === null ? '' : `: ${detail.reason}${owner}`;
  const who = detail.node === '' ? `a node of pool ${detail.pool}` : detail.node;
  return formatLine(`${who}: ${stateText(explanation)}${age}${reason}`);
}

function stateText({ namespace, daemonset, detail: { state } }: Explanation): string {
  const daemon = `${namespace}/${daemonset}`;
  switch (state) {
    case 'covered':
      return `covered by ${daemon}`;
    case 'uncovered':
      return `NOT covered by ${daemon}`;
    case 'unobserved':
      return `nobody can tell whether it is covered by ${daemon}`;
    case 'excused':
      return `not counted for ${daemon}`;
    case 'stray':
      return `runs ${daemon}, but is out of its scope`;
    case 'excluded':
      return `excluded from ${daemon}`;
    case 'outOfScope':
      return `out of scope of ${daemon}`;
  }
}

/** The whole: headline, why, what to do, the chain of checks, what else holds, what was before. */
export function printExplanation(explanation: Explanation, telling: Telling): string {
  const { detail } = explanation;
  return [
    printHeadline(explanation, telling),
    printAdvice(explanation, telling),
    printChecks(detail.checks),
    printFindings(detail),
    telling.remembers ? printTransitions(detail, telling.now) : '',
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function printAdvice({ detail, sourceDown }: Explanation, { kubectlFlags, now }: Telling): string {
  const { message, state, commands, runbook, evidence } = detail;
  const nextStep = state === 'unobserved' && sourceDown !== undefined ? sourceDown : detail.nextStep;
  const why = message === '' ? '' : formatLine(`why:   ${message}`);
  const seen = evidence.map((line, at) => formatLine(`${at === 0 ? 'seen:' : '     '}  ${line}`)).join('');
  const steps = `do:    ${state === 'covered' && nextStep !== null ? 'Not urgent: ' : ''}${nextStep ?? IDLE[state]}`;
  const shown = commands.map((command) =>
    formatLine(`         ${command.replace(/^kubectl/, `kubectl${kubectlFlags}`)}`),
  );
  const more = runbook === null ? '' : formatLine(`more:  ${runbook}`);
  return `${why}${seen}${printRetry(detail, now)}${formatLine(steps)}${shown.join('')}${more}`;
}

function printRetry({ retryAt }: NodeDetail, now: number): string {
  const due = Date.parse(retryAt ?? '');
  if (!Number.isFinite(due)) return '';
  const distance = due > now ? `in ${sayDuration(due - now)}` : `was due ${sayDuration(now - due)} ago`;
  return formatLine(`retry: ${distance}, by itself (${new Date(due).toISOString().slice(0, 19)}Z)`);
}

const IDLE: Readonly<Record<NodeDetail['state'], string>> = {
  covered: 'Nothing.',
  uncovered: 'Look at the checks below.',
  unobserved: 'Look at the checks below.',
  excused: 'Nothing, it is excused; it counts again when that ends.',
  stray: 'Nothing is missing; put the node into the scope of the policy, or take the daemon off it.',
  excluded: 'Nothing.',
  outOfScope: 'Nothing, unless the daemon should run here: then mend what the check below names.',
};

function printChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.map(({ check, outcome, seen }) =>
    formatLine(`  ${OUTCOMES[outcome].padEnd(9)}${check.padEnd(width + 2)}${seen}`),
  );
  return `checks:\n${lines.join('')}`;
}

function printFindings({ findings }: NodeDetail): string {
  if (findings.length === 0) return '';
  return `also:\n${findings.map(({ code, message }) => formatLine(`  ${code}: ${message}`)).join('')}`;
}

function printTransitions({ transitions, message }: NodeDetail, now: number): string {
  if (transitions.length === 0) return '';
  const lines = transitions
    .slice(0, SHOWN_TRANSITIONS)
    .map((own) => formatLine(`  ${tellTransition(own, message, now)}`));
  return `history, newest first:\n${lines.join('')}`;
}

// The evidence of the present state is told above already.
function tellTransition({ from, to, reason, evidence, wallMs }: Transition, message: string, now: number): string {
  const what = `${from} -> ${to}${reason === '' ? '' : `, ${reason}`}`;
  const ago = `${sayDuration(now - wallMs)} ago`.padEnd(14);
  const isTold = evidence === '' || evidence === message;
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z  ${ago}  ${what}${isTold ? '' : ` | ${evidence}`}`;
}
