/** The canary's own forms: `rollcall canary` writes them on each node, the collector finds them in the backend. */

import { parseRfc3339 } from './rfc3339.ts';

/** One canary: the process that wrote it is named by `boot`, `seq` rises by one each period, `sentMs` is Unix time of the node's clock. */
export interface CanaryRecord {
  readonly node: string;
  readonly boot: string;
  readonly seq: number;
  readonly sentMs: number;
}

/** The sample of a canary: when it was sent, in seconds; its labels are `node` and `boot`. */
export const CANARY_METRIC = {
  name: 'rollcall_canary_sent_timestamp_seconds',
  help: 'When the canary of this period was sent, Unix time.',
} as const;

/** The line of a canary, without its end; `toRfc3339` writes a time of Unix milliseconds. */
export function formatCanary({ node, boot, seq, sentMs }: CanaryRecord, toRfc3339: (ms: number) => string): string {
  return `rollcall-canary node=${node} boot=${boot} seq=${seq} sent=${toRfc3339(sentMs)}`;
}

/** The exposition of a record, which a scraper and a textfile collector read alike. */
export function formatCanarySample({ node, boot, sentMs }: CanaryRecord): string {
  const { name, help } = CANARY_METRIC;
  const labels = `{node="${node}",boot="${boot}"}`;
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name}${labels} ${(sentMs / 1000).toFixed(3)}\n`;
}

const LINE =
  /rollcall-canary node=([a-z0-9][-a-z0-9.]{0,252}) boot=([0-9a-f]{1,32}) seq=(\d{1,15}) sent=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/;

/** The canary in a line, whatever a forwarder put around it; undefined where there is none. */
export function parseCanary(line: string): CanaryRecord | undefined {
  const [, node, boot, seq, sent] = LINE.exec(line) ?? [];
  const sentMs = parseRfc3339(sent ?? '');
  if (node === undefined || boot === undefined || sentMs === undefined) return undefined;
  return { node, boot, seq: Number(seq), sentMs };
}
