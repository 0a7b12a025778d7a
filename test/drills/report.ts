/** What the drills came to, in Markdown. */
import type { Counters } from './counters.ts';
import type { DrillReport } from './drill.ts';

const INTRODUCTION = `# Drills

"What is DaemonSet?" asks for game days: drain nodes, bring about network latency, restart kubelets, and measure how the SLIs respond.
\`npm run campaign -- --drills\` plays them as scripts (\`test/drills/drills.ts\`) on a real control plane with KWOK in the place of kubelets, and writes
this page; \`make test\` plays them on fast controllers. Figures are what \`/metrics\` counted from the beginning of each drill to
3 s after its end: node-seconds, or events.
`;

/** The attainment of an SLI in the drill; undefined if it has no time in it. */
function attain(moved: Counters, sli: string): string | undefined {
  const valid = moved.get(`valid_node_seconds ${sli}`) ?? 0;
  if (valid === 0) return undefined;
  const good = moved.get(`good_node_seconds ${sli}`) ?? 0;
  return `${sli} ${((100 * good) / valid).toFixed(2)} % (${good.toFixed(1)} of ${valid.toFixed(1)})`;
}

/** One drill as a list. */
export function sayDrill({ drill, seconds, moved }: DrillReport): string {
  const slis = ['coverage', 'stability', 'freshness', 'resources'].flatMap((sli) => attain(moved, sli) ?? []);
  const others = [...moved].filter(([key]) => !/^(valid|good)_node_seconds/.test(key));
  const lines = [
    `${drill.what} (${seconds.toFixed(1)} s in all)`,
    `attained: ${slis.join(', ') || 'nothing'}`,
    ...others.map(([key, by]) => `${key.replaceAll('_', ' ')}: ${Number(by.toFixed(2))}`),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

/** The whole of docs/drills.md. */
export function renderDrills(reports: readonly DrillReport[], date: string, note: string): string {
  const sections = reports.map((report) => `## ${report.drill.name.replaceAll('-', ' ')}\n\n${sayDrill(report)}\n`);
  return `${INTRODUCTION}\nMeasured on ${date}. ${note}\n\n${sections.join('\n')}`;
}
