/** Plays a log through the whole path, and writes down what came of it. */
import { createPipeline, type Pipeline } from '@rollcall/collector';
import type { Transition } from '@rollcall/contract';
import { LOG_START, readLog } from './read-log.ts';

type Reading = ReturnType<Pipeline['read']>[number];

/** The transitions of a log in order, and the counts and counters at its end, in seconds. */
export function playLog(log: string): string {
  const lines: string[] = [];
  const pipeline = createPipeline({
    cluster: '',
    memories: [],
    history: {
      durable: false,
      append: (row) => void (row.kind === 'transition' && lines.push(tell(row))),
      remember: () => undefined,
    },
  });
  let now = { monoMs: 0, wallMs: LOG_START };
  for (const event of readLog(log)) {
    now = { monoMs: event.monoMs, wallMs: event.wallMs };
    pipeline.apply(event);
  }
  const figures = pipeline.read(now).flatMap(tellFigures);
  return `${[...lines, '', `at ${clockText(now.wallMs)}`, ...figures].join('\n')}\n`;
}

/** Time since the log began, as HH:MM:SS. */
function clockText(wallMs: number): string {
  const seconds = Math.floor((wallMs - LOG_START) / 1000);
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}

function tell({ node, pool, from, to, reason, evidence, wallMs }: Transition): string {
  const who = node === '' ? `a node missing in ${pool}` : node;
  const what = reason === '' ? to : `${to}, ${reason}`;
  return `${clockText(wallMs)} ${who}: ${from} -> ${what}${evidence === '' ? '' : ` | ${evidence}`}`;
}

function tellFigures({ namespace, daemonset, pools, controller }: Reading): readonly string[] {
  const perPool = pools.flatMap(({ pool, counts, slis, reasons, excuses }) => [
    `${namespace}/${daemonset} in ${pool}: ${nonZero({ ...counts })}`,
    ...slis.map(({ sli, ...ms }) => `  ${sli}: ${nonZero(ms)}`),
    ...reasons.flatMap(({ reason, owner, ms }) => seconds(`uncovered ${reason} (${owner})`, ms)),
    ...excuses.flatMap(({ reason, verdict, ms }) => seconds(`excused ${reason} (${verdict})`, ms)),
  ]);
  if (controller === null) return perPool;
  return [...perPool, `the controller's count: ${controller.desired}, divergence ${controller.divergence}`];
}

function seconds(what: string, ms: number): readonly string[] {
  return ms === 0 ? [] : [`  ${what}: ${ms / 1000} s`];
}

function nonZero(figures: Readonly<Record<string, number>>): string {
  const some = Object.entries(figures).filter(([, value]) => value !== 0);
  return some
    .map(([name, value]) => (name.endsWith('Ms') ? `${name.slice(0, -2)} ${value / 1000} s` : `${name} ${value}`))
    .join(', ');
}
