/** The table of a run, for people: on the terminal line by line, and in Markdown. */
import { addUp, sayShare, type Outcome } from './outcome.ts';

/** One line of the terminal. */
export function printOutcome(outcome: Outcome): string {
  const { fault, nodes, right, via, wrongs } = outcome;
  const verdict = wrongs.length === 0 ? 'right' : `WRONG: ${wrongs.join('; ')}`;
  const way = via.length === 0 ? '' : `, by way of ${via.join(', ')}`;
  return `${fault.code}: ${fault.cause}: ${right}/${nodes} nodes in ${sayMs(outcome.shownMs)} (${sayMs(outcome.afterEvidenceMs)} after the evidence), back in ${sayMs(outcome.returnedMs)}${way}: ${verdict}`;
}

function sayMs(ms: number | undefined): string {
  return ms === undefined ? '-' : `${Math.round(ms)} ms`;
}

/** The rows of Markdown, without a head. */
export function tableOf(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((outcome) => {
      const { fault, nodes, right, via, wrongs } = outcome;
      const verdict = wrongs.length === 0 ? 'right' : `**wrong**: ${wrongs.join('; ').replaceAll('|', '\\|')}`;
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
