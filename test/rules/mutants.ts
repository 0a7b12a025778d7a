/** Mutants of the generated rules: small wrongs that a case has to notice. */

/** A wrong: what it is called, and the text with it in. */
export interface Mutant {
  readonly name: string;
  readonly text: string;
}

const THRESHOLDS = ['0.144', '0.06', '0.03', '0.01'] as const;

/** A window of an alert that pages, not of a recording. Its long and short one have one threshold and `and` between them: swapped they say the same. */
const PAGE_WINDOW = /ratio(?:1h|5m|6h|30m)(?=\{[^}]*\} > )/g;
const OTHER_PAGE: Readonly<Record<string, string>> = {
  ratio1h: 'ratio6h',
  ratio5m: 'ratio30m',
  ratio6h: 'ratio1h',
  ratio30m: 'ratio5m',
};

function otherPage(window: string): string {
  return OTHER_PAGE[window] ?? window;
}

/** Every mutant of a policy's rules; `text` is a plain file. One that changes nothing is an error: it would be killed by nobody. */
export function mutate(text: string): readonly Mutant[] {
  const factors = THRESHOLDS.flatMap((threshold) =>
    [1.05, 0.95].map((by) => ({
      name: `factor of ${threshold} x ${by}`,
      text: text.replaceAll(` > ${threshold} `, ` > ${Number(threshold) * by} `),
    })),
  );
  const alerts = [
    ['strictly above becomes at least', / > (0\.\d+)/g, ' >= $1'],
    ['and becomes or', / > (0\.\d+) and /g, ' > $1 or '],
    ['the gate is dropped', / and \(?(?:count_over_time|objective:rollcall_history)[^\n]*>= \d+/g, ''],
    [
      'the short window is the long one',
      /and objective:rollcall_bad:ratio(5m|30m)(\{[^}]*\}) >/g,
      'and objective:rollcall_bad:ratio1h$2 >',
    ],
    [
      'the long window is the short one',
      /expr: objective:rollcall_bad:ratio1h/g,
      'expr: objective:rollcall_bad:ratio5m',
    ],
    ['bad becomes good', /clamp_min\((.*?) - (sum without \([^)]*\) \(increase\(rollcall_good[^)]*\)\)), 0\)/g, '$2'],
    ['the slo is dropped', / +slo: .*\n/g, ''],
    ['the tier is dropped', / +tier: .*\n/g, ''],
    ['the team is dropped', / +team: .*\n/g, ''],
    ['the severity is dropped', / +severity: .*\n/g, ''],
    ['the scrape labels are kept', /without \(instance, /g, 'without ('],
    [
      'half of the long window is left out',
      /objective:rollcall_bad_node_seconds:increase1d(\S* offset)/g,
      'objective:rollcall_bad_node_seconds:increase9d$1',
    ],
  ] as const;
  const mutants = [
    ...factors,
    { name: 'the windows of the two pages are swapped', text: text.replaceAll(PAGE_WINDOW, otherPage) },
    ...alerts.map(([name, seen, instead]) => ({ name, text: text.replaceAll(seen, instead) })),
  ];
  return mutants.map((mutant) => changing(mutant, text));
}

function changing(mutant: Mutant, text: string): Mutant {
  if (mutant.text === text) throw new Error(`${mutant.name}: changes nothing`);
  return mutant;
}
