/** `npm run campaign -- --day`: plays the scripted day of several seeds and writes what came of it to docs/alert-day.md. */
import { writeFile } from 'node:fs/promises';
import { judge, type Judged, type Verdict } from './judge.ts';
import { playDay, type Day } from './play-day.ts';
import type { Gap } from './gaps.ts';
import { WHOLE_DAY } from './plan.ts';

const PAGE = new URL('../../docs/alert-day.md', import.meta.url);

/** Plays them, writes the page and prints it; answers whether no page and no ticket was false and no gap above five minutes was missed. */
export async function playDays(seeds: readonly number[]): Promise<boolean> {
  const days = await Promise.all(seeds.map((seed) => playDay(seed, WHOLE_DAY)));
  const text = [INTRODUCTION, sumUp(days), ...days.map(tellDay)].join('\n');
  await writeFile(PAGE, text);
  console.log(text);
  return days.every((day) => {
    const { falsePages, falseTickets, missed } = judge(day, 'rollcall');
    return [falsePages, falseTickets, missed].every(({ length }) => length === 0);
  });
}

const INTRODUCTION = `# A day of alerts

Written by \`npm run campaign -- --day\`. 24 hours of a cluster on a fake clock: two replicas of the collector's pipeline, scraped each minute,
their series through the generated rules on Prometheus' own engine (\`promtool test rules\`, with every \`for\`). Beside it, on the same
cluster, what the three DaemonSet alerts of kubernetes-mixin mean, in our own words, on the status that the controller would report.

150 nodes in three pools, two DaemonSets (\`agent\`: RollingUpdate, with heartbeats; \`proxy\`: OnDelete). Life that must not page: 500 joins, 500 leaves
(60 of them spot nodes that vanish, up to six at once), 20 cordons, 12 Fargate nodes, three rollouts, an OnDelete rollout by hand, 40 nodes
upgraded one after the other, the collector gone for 100 s, a leader change, and a maintenance window over a pool that is unreachable for 45 min.
Planted: 17 gaps, 12 of them above 5 min, one of those (30 nodes) large enough for a page.

An alert is explained if it began during a gap of its DaemonSet (or of its nodes), in a pool where gaps are planted, and ended with it (3 min
later; as far as it looks back, where it does). A page needs a gap that is large. A gap is missed if no page and no ticket began before its end.
All times are minutes of the day.
`;

function sumUp(days: readonly Day[]): string {
  const head =
    '| seed | rules | alerts | false pages | unexplained tickets | gaps above 5 min missed |\n|---|---|---|---|---|---|';
  const rows = days.flatMap((day) =>
    (['rollcall', 'mixin'] as const).map((whose) => {
      const { judged, falsePages, falseTickets, missed } = judge(day, whose);
      const long = day.gaps.filter(({ minutes }) => minutes > 5).length;
      const cells = [
        day.seed,
        whose,
        judged.length,
        falsePages.length,
        falseTickets.length,
        `${missed.length} of ${long}`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

function tellDay(day: Day): string {
  const { seed, counts, gaps, seconds } = day;
  const happened = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  const verdicts = { rollcall: judge(day, 'rollcall'), mixin: judge(day, 'mixin') };
  return [
    `## Seed ${seed}\n`,
    `${happened.join(', ')}. Collector ${seconds.collector.toFixed(0)} s, rules ${seconds.rules.toFixed(0)} s.\n`,
    '| planted | for min | nodes | what | first told by Rollcall | by the mixin |\n|---|---|---|---|---|---|',
    ...gaps.map((gap) => tellGap(gap, verdicts)),
    '\n| from | to | alert | DaemonSet | pool | severity | explained by |\n|---|---|---|---|---|---|---|',
    ...[...verdicts.rollcall.judged, ...verdicts.mixin.judged].map(tellAlert),
    '',
  ].join('\n');
}

function tellGap(gap: Gap, { rollcall, mixin }: Readonly<Record<'rollcall' | 'mixin', Verdict>>): string {
  const first = ({ judged }: Verdict): string => {
    const own = judged.find((one) => one.gap === gap);
    return own === undefined ? '-' : `${own.firing.labels['alertname']} +${own.firing.first - gap.minute}`;
  };
  return `| ${[gap.minute, gap.minutes, gap.nodes, `${gap.kind}, ${gap.daemonset}`, first(rollcall), first(mixin)].join(' | ')} |`;
}

function tellAlert({ firing: { labels, first, last }, gap }: Judged): string {
  const why = gap === undefined ? '**nothing**' : `${gap.kind} at ${gap.minute}`;
  const names = ['alertname', 'daemonset', 'node_pool', 'severity'].map((name) => labels[name] ?? '-');
  return `| ${[first, last, ...names, why].join(' | ')} |`;
}
