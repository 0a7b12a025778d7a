/** The series that boards ask for, as a real collector and real rules have them: those of the scene, taken as patterns of larger ones. */
import { parse } from 'yaml';
import { runRollcall } from '../e2e/rollcall.ts';
import { SPEED, type Scene } from '../dashboards/scene.ts';

/** One series of the scene, with its value of the moment. */
export interface Template {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds between two samples; undefined for what is scraped. */
  readonly everyS: number | undefined;
}

interface Group {
  readonly interval?: string;
  readonly rules: readonly { readonly record?: string }[];
}

/** Every series of these names; recorded ones get the names and intervals that they have at full speed. */
export async function readTemplates(scene: Scene, names: ReadonlySet<string>): Promise<readonly Template[]> {
  const real = await readNames(scene);
  const all = await scene.prometheus.query('{__name__!=""}');
  return all.flatMap(({ labels: { __name__: own = '', ...labels }, value }) => {
    const recorded = real.get(own);
    const name = recorded?.name ?? own;
    return names.has(name) ? [{ name, labels, value, everyS: recorded?.everyS }] : [];
  });
}

/** The rules of the same policies at the scene's speed and at full speed have the same order. */
async function readNames(
  scene: Scene,
): Promise<ReadonlyMap<string, { readonly name: string; readonly everyS: number }>> {
  const [fast, real] = [await readGroups(scene, SPEED), await readGroups(scene, 1)];
  const pairs = fast.flatMap(({ rules }, at) =>
    rules.flatMap(({ record }, index) => {
      const twin = real[at]?.rules[index]?.record;
      if (record === undefined || twin === undefined) return [];
      return [[record, { name: twin, everyS: secondsOf(real[at]?.interval ?? '60s') }] as const];
    }),
  );
  return new Map(pairs);
}

async function readGroups(scene: Scene, speed: number): Promise<readonly Group[]> {
  const flags = ['--policies', scene.policies, '--speed', String(speed), '--format', 'plain'];
  const { code, out, err } = await runRollcall('generate', 'rules', ...flags);
  if (code !== 0) throw new Error(`generate rules: ${err}`);
  return out
    .split(/^---$/m)
    .flatMap((text) => (parse(text) as { readonly groups?: readonly Group[] } | null)?.groups ?? []);
}

function secondsOf(interval: string): number {
  const [, count, unit = 's'] = /^(\d+)([smh])$/.exec(interval) ?? [];
  return Number(count) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
}
