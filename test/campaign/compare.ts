/** The end of a run: what each collector says of every node, beside a fresh collector's answer and beside the truth. */
import type { NodeAnswer } from '@rollcall/contract';
import type { Stage } from './faults.ts';
import type { Life } from './replica.ts';
import { createSeat, type Seat } from './seat.ts';
import { isRemembered, type Truth } from './town.ts';

/** Every difference, in words. The faults must have ended. */
export async function compareInTheEnd({ time, town, seats }: Stage): Promise<readonly string[]> {
  const fresh = createSeat({ time, name: 'fresh', chance: () => 0.5, town, elects: false, said: () => undefined });
  await fresh.start();
  await time.rest();
  const differences = seats.flatMap((seat) =>
    town.daemons.flatMap((daemon) => compare({ daemon, truth: town.truth(daemon), seat, fresh })),
  );
  await fresh.kill();
  return differences;
}

interface Comparison {
  readonly daemon: string;
  readonly truth: ReadonlyMap<string, Truth>;
  readonly seat: Seat;
  readonly fresh: Seat;
}

function compare({ daemon, truth, seat, fresh }: Comparison): readonly string[] {
  const [ours, theirs] = [listAll(seat.life, daemon), listAll(fresh.life, daemon)];
  const differences: string[] = [];
  for (const node of new Set([...ours.keys(), ...theirs.keys(), ...truth.keys()])) {
    const [own, other, real] = [ours.get(node), theirs.get(node), truth.get(node)];
    const said = describe(own);
    if (real !== undefined && isRemembered(real)) continue;
    if (real !== undefined && !isTrue(own, real))
      differences.push(`${seat.name}, ${daemon} ${node}: ${said}, in truth ${real.verdict} ${real.reasons.join()}`);
    if (said !== describe(other))
      differences.push(`${seat.name}, ${daemon} ${node}: ${said}, a fresh collector: ${describe(other)}`);
  }
  return differences;
}

function listAll(life: Life | undefined, daemon: string): ReadonlyMap<string, NodeAnswer> {
  if (life === undefined) return new Map();
  const all = [...life.nodes(daemon), ...life.nodes(daemon, 'outOfScope')];
  return new Map(all.map((answer) => [answer.node, answer]));
}

/** What is told of what was seen before: a drift, a Daemon's clock when it last said anything, and a pod's end dated under a wrong clock. */
const REMEMBERED: ReadonlySet<string> = new Set([
  'LabelDrift',
  'ClockSkewed',
  'Starting',
  'RolloutReplacing',
  'TerminatingStuck',
]);

function describe(answer: NodeAnswer | undefined): string {
  if (answer === undefined) return 'unknown';
  const { pool, state, reason, eligible, pod, findings } = answer;
  const codes = findings.flatMap(({ code }) => (REMEMBERED.has(code) ? [] : [code])).join();
  return `${pool} ${state} ${whyOf(reason)} ${eligible ? 'eligible' : '-'} ${pod ?? '-'} ${codes}`.trimEnd();
}

/** That a pod starts in the place of one of another revision is remembered too. */
function whyOf(reason: NodeAnswer['reason']): string {
  return reason === 'RolloutReplacing' ? 'Starting' : (reason ?? '-');
}

function isTrue(answer: NodeAnswer | undefined, { verdict, reasons }: Truth): boolean {
  const { state = 'outOfScope', reason = null } = answer ?? {};
  return state === verdict && (state !== 'uncovered' || reasons.some((own) => own === reason));
}
