/** The flags of `rollcall canary`; all faults are reported at once. */
import { parseArgs } from 'node:util';
import { parseDuration } from '@rollcall/contract';
import { parseListen } from './access-flags.ts';

/** What a canary runs with. A target is `stdout` or a path. */
export interface CanaryFlags {
  readonly node: string;
  readonly periodMs: number;
  readonly targets: readonly string[];
  readonly listen: { readonly host: string; readonly port: number } | undefined;
}

/** The flags' meaning, or every fault in them: flag, value and mend in one line each. */
export type ParsedCanaryFlags =
  { readonly ok: true; readonly flags: CanaryFlags } | { readonly ok: false; readonly faults: readonly string[] };

const OPTIONS = {
  listen: { type: 'string' },
  node: { type: 'string' },
  period: { type: 'string', default: '30s' },
  write: { type: 'string', multiple: true, default: [] as string[] },
} as const;

const NODE_NAME = /^[a-z0-9][-a-z0-9.]{0,252}$/;
const LEAST_MS = 5_000;
const MOST_MS = 600_000;

/** Reads the arguments behind `canary`. Never throws. */
export function parseCanaryFlags(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedCanaryFlags {
  const { values, tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  const node = textOf(values.node ?? env['NODE_NAME']) ?? '';
  const period = textOf(values.period) ?? '';
  const periodMs = parseDuration(period);
  const writes = (values.write ?? []).filter((path) => typeof path === 'string');
  const address = textOf(values.listen);
  const listen = address === undefined ? undefined : parseListen(address);
  const checks: readonly (readonly [holds: boolean, fault: string])[] = [
    [NODE_NAME.test(node), `--node: "${node}" is no name of a Node; give it, or set $NODE_NAME`],
    [isPeriod(periodMs), `--period: "${period}" is no time between 5s and 10m; write for example 30s`],
    [
      address === undefined || listen !== undefined,
      `--listen: "${address}" is not ADDRESS:PORT; write for example 0.0.0.0:9464`,
    ],
    [!writes.includes(''), '--write: "" is no file; write stdout or a path'],
  ];
  const faults = [...tokens.flatMap(findMisuse), ...checks.flatMap(([holds, fault]) => (holds ? [] : [fault]))];
  if (faults.length > 0 || periodMs === undefined) return { ok: false, faults };
  return { ok: true, flags: { node, periodMs, targets: targetsOf(writes, listen), listen } };
}

/** Whoever asks for nothing reads what it writes. */
function targetsOf(writes: readonly string[], listen: CanaryFlags['listen']): readonly string[] {
  return writes.length === 0 && listen === undefined ? ['stdout'] : writes;
}

function isPeriod(ms: number | undefined): boolean {
  return ms !== undefined && ms >= LEAST_MS && ms <= MOST_MS;
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

type Token = ReturnType<typeof parseArgs<{ tokens: true; strict: false; options: typeof OPTIONS }>>['tokens'][number];

function findMisuse(token: Token): readonly string[] {
  if (token.kind === 'option-terminator') return [];
  if (token.kind === 'positional') return [`"${token.value}" is no flag, and canary takes nothing else; leave it out`];
  if (!Object.hasOwn(OPTIONS, token.name))
    return [`${token.rawName} is unknown; use one of --${Object.keys(OPTIONS).join(', --')}`];
  return token.value === undefined ? [`${token.rawName} has no value; write ${token.rawName}=VALUE`] : [];
}
