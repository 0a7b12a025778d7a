/** The table of a run, for people: on the terminal line by line, and in Markdown. */
import type { FaultGroup } from './fault.ts';
import { addUp, sayShare, type Outcome } from './outcome.ts';

/** One line of the terminal. */
export function printOutcome(outcome: Outcome): string {
  const { fault, nodes, right, via, wrongs } = outcome;
  const verdict = (wrongs.length === 0 ? 'right' : `WRONG: ${wrongs.join('; ')}`) + sayPlays(outcome);
  const way = via.length === 0 ? '' : `, by way of ${via.join(', ')}`;
  return `${fault.code}: ${fault.cause}: ${right}/${nodes} nodes in ${sayMs(outcome.shownMs)} (${sayMs(outcome.afterEvidenceMs)} after the evidence), back in ${sayMs(outcome.returnedMs)}${way}: ${verdict}`;
}

function sayMs(ms: number | undefined): string {
  return ms === undefined ? '-' : `${Math.round(ms)} ms`;
}

function sayPlays({ spoiled = 0 }: Outcome): string {
  return spoiled === 0 ? '' : ` (play ${spoiled + 1})`;
}

/** The rows of Markdown, without a head. */
function tableOf(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((outcome) => {
      const { fault, nodes, right, via, wrongs } = outcome;
      const verdict =
        (wrongs.length === 0 ? 'right' : `**wrong**: ${wrongs.join('; ').replaceAll('|', '\\|')}`) + sayPlays(outcome);
      const code = fault.asFinding ? `${fault.code} (finding)` : fault.code;
      const figures = [outcome.shownMs, outcome.afterEvidenceMs, outcome.returnedMs].map(sayMs);
      return `| ${[code, fault.cause, `${right}/${nodes}`, ...figures, via.join(', ') || '-', verdict].join(' | ')} |`;
    })
    .join('\n');
}

/** The totals in one sentence. */
export function sayTotals(outcomes: readonly Outcome[]): string {
  const { faults, wrongFaults, nodes, right, unexplained } = addUp(outcomes);
  return `${faults} faults on ${nodes} nodes: ${right} nodes right (${sayShare(right, nodes)}), ${unexplained} unexplained (${sayShare(unexplained, nodes)}), ${wrongFaults} faults with something wrong`;
}

/** What a run was measured on. */
export interface Occasion {
  readonly date: string;
  readonly nodesEach: number;
  readonly minutes: number;
  /** Beside what else it ran, where that matters. */
  readonly note: string;
}

const HEAD =
  '| code | cause | nodes right | shown after the cause | after the evidence | covered again | by way of | |\n| --- | --- | --- | --- | --- | --- | --- | --- |';

/** The whole of docs/faults.md. */
export function renderReport(groups: readonly FaultGroup[], outcomes: readonly Outcome[], occasion: Occasion): string {
  const { date, nodesEach, minutes, note } = occasion;
  const sections = groups.map(({ group, faults }) => {
    const own = outcomes.filter(({ fault }) => faults.includes(fault));
    return `## ${group.slice(0, 1).toUpperCase()}${group.slice(1)}\n\n${HEAD}\n${tableOf(own)}\n`;
  });
  return `${INTRODUCTION}\n## The run of ${date}\n\n${sayTotals(outcomes)}. ${nodesEach} nodes a fault, controllers at their default speed (20 requests a second), ${minutes.toFixed(1)} min in all. ${note}\n\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Fault matrix

\`npm run campaign -- --faults\` brings every fault about by its cause on a real control plane (etcd, kube-apiserver, controller manager,
scheduler; KWOK in the place of kubelets) and asks a real \`rollcall serve\` what it is. Each fault has a namespace, nodes and a policy of its
own, with a start deadline of 10 s and no grace for joining. What only a kubelet writes (ends of pods, states of containers, events) is
written by the test in a kubelet's words (\`test/faults/pod-states.ts\`). This page is written by the run itself; \`make test\` plays one
fault of each code on fast controllers.

A node is right if it has the expected code, a message that names the cause, a runbook and a next step, in these 5 s at least once the time of the next retry
where the controllers retry (one that is under way has none), the findings that belong to it, and does not change its mind for 5 s.
**After the evidence** counts from when the objects
themselves showed the fault, or its deadline in the catalogue had passed (30 s of a silent scheduler, for example). **By way of** names other
codes that nodes were given on the way there, but for Starting and RolloutReplacing. **(play 2)**: in the play before, nodes died that the fault
does not touch (by the events of the node-lifecycle controller, though KWOK was to keep them alive: a crowded machine lets their Leases end), so that
something went wrong; the fault was played again, at most twice. A play that went wrong without that counts as wrong.

In the scene of the first fault of each code every \`kubectl\` command under "Confirm" of its runbook page is run by a real kubectl and has to succeed; of
those that only a kubelet, the metrics API or the vendor's control plane answers no more is asked than that kubectl knows the words.
`;
