/** Judges a net by what it caught in the planted tree. */
import type { Finding } from './net.ts';
import type { Marks } from './planted.ts';

/** A net's catch in the planted tree, and what was to be caught. */
export interface Trial {
  readonly rules: readonly string[];
  readonly findings: readonly Finding[];
  readonly marks: Marks;
  /** Whether every finding must be marked. */
  readonly exact: boolean;
}

/** What is wrong with the net, in sentences: rules without a planted breach, breaches missed, innocents caught. Empty if it holds. */
export function judgeNet({ rules, findings, marks, exact }: Trial): string[] {
  const planted = new Set([...marks.values()].flat());
  const marked = count(
    [...marks].flatMap(([file, names]) =>
      names.filter((name) => rules.includes(name)).map((rule) => `${rule} in ${file}`),
    ),
  );
  const lines = new Set(findings.map(({ rule, file, line = 0 }) => `${rule} in ${file}:${line}`));
  const caught = count([...lines].map((breach) => breach.replace(/:\d+$/, '')));
  return [
    ...rules.filter((rule) => !planted.has(rule)).map((rule) => `no breach of ${rule} is planted`),
    ...exceeding(marked, caught).map((breach) => `missed: ${breach}`),
    ...(exact ? exceeding(caught, marked).map((breach) => `caught without a mark: ${breach}`) : []),
  ];
}

function exceeding(more: ReadonlyMap<string, number>, less: ReadonlyMap<string, number>): string[] {
  return [...more].filter(([breach, times]) => times > (less.get(breach) ?? 0)).map(([breach]) => breach);
}

function count(breaches: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const breach of breaches) counts.set(breach, (counts.get(breach) ?? 0) + 1);
  return counts;
}
