/** Debian's Prometheus, scraping what a test serves. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ensureServer } from './debian-package.ts';
import { startHealthy } from './health.ts';
import { findFreePorts } from './ports.ts';
import { openWorkspace } from './workspace.ts';

const run = promisify(execFile);

/** Where Debian's package puts the server and its rule checker. */
const server = '/usr/bin/prometheus';
const promtool = '/usr/bin/promtool';

/** What is scraped and how. */
interface PrometheusOptions {
  /** `host:port` of each target; its path is /metrics. */
  readonly targets: readonly string[];
  readonly scrapeIntervalSeconds: number;
  /** Whether the target's own `namespace`, `pod`, `node` … labels win over the scrape's (as the PodMonitor wants). */
  readonly honorLabels: boolean;
  /** As a scrape configuration has it: scheme, tls_config, authorization; plain HTTP without. */
  readonly access?: object;
  /** Recording rules, evaluated in this order after each scrape interval. */
  readonly rules?: readonly { readonly record: string; readonly expr: string }[];
  /** Rule files as they are, in YAML, evaluated as their groups say. */
  readonly ruleFiles?: readonly string[];
  /** `host:port` of the Alertmanager that is told of alerts. */
  readonly alertmanager?: string;
  /** Takes what others write to it (/api/v1/write). */
  readonly receives?: boolean;
  /** Where it writes what it scrapes, as a configuration has it. */
  readonly remoteWrite?: readonly object[];
  /** OpenMetrics text with a time at each sample: what is in the storage from the beginning. */
  readonly backfill?: string;
}

/** One element of an instant vector; the value is NaN or infinite where Prometheus says so. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus; the test that started it stops it. */
export interface Prometheus {
  readonly url: string;
  /** Evaluates an expression that gives an instant vector, now or at a Unix time; throws with Prometheus' own message. */
  readonly query: (promql: string, atSeconds?: number) => Promise<readonly Sample[]>;
  /** Ends it and removes its data; fine to call twice. */
  readonly stop: () => Promise<void>;
}

/** Installs Debian's package (with promtool) if it is missing and we are root; else throws with the mend. */
export function ensurePrometheus(): Promise<void> {
  return ensureServer({ name: 'prometheus', programs: [server] });
}

/** Starts Prometheus on a free port of 127.0.0.1 with fresh data, and returns when it is ready. Throws with its log if it is not. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    const { prometheus: port } = await findFreePorts(['prometheus']);
    const url = `http://127.0.0.1:${port}`;
    const config = join(workspace.folder, 'prometheus.yml');
    const rules = join(workspace.folder, 'rules.yml');
    await writeFile(rules, ruleFile(options.rules ?? []));
    const files = (options.ruleFiles ?? []).map((text, at) => ({
      path: join(workspace.folder, `rules-${at}.yml`),
      text,
    }));
    for (const { path, text } of files) await writeFile(path, text);
    const ruleFiles = [rules, ...files.map(({ path }) => path)];
    await writeFile(config, stringify({ ...scrapeConfig(options), rule_files: ruleFiles }));
    const data = join(workspace.folder, 'data');
    if (options.backfill !== undefined) await backFill(data, join(workspace.folder, 'backfill.txt'), options.backfill);
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      // What was back-filled may be of any time.
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${port}`,
      // An alert that fires before the Alertmanager is found is told again after a while; a minute unless said otherwise.
      ...(options.alertmanager === undefined ? [] : ['--rules.alert.resend-delay=2s']),
      ...(options.receives === true ? ['--web.enable-remote-write-receiver'] : []),
    ];
    await startHealthy(workspace, { name: 'prometheus', path: server, args }, { url: `${url}/-/ready` });
    return { url, query: (promql, atSeconds) => query(url, promql, atSeconds), stop: workspace.close };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function scrapeConfig(options: PrometheusOptions): object {
  const { targets, scrapeIntervalSeconds, honorLabels, access, remoteWrite = [], alertmanager } = options;
  const interval = `${scrapeIntervalSeconds}s`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    scrape_configs: [{ job_name: 'rollcall', honor_labels: honorLabels, static_configs: [{ targets }], ...access }],
    remote_write: remoteWrite,
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    }),
  };
}

function ruleFile(rules: NonNullable<PrometheusOptions['rules']>): string {
  return stringify({ groups: [{ name: 'rules', rules: rules.map(({ record, expr }) => ({ record, expr })) }] });
}

/** What promtool says of recording rules; throws with its complaint. */
export async function checkRules(rules: NonNullable<PrometheusOptions['rules']>): Promise<string> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    const file = join(workspace.folder, 'rules.yml');
    await writeFile(file, ruleFile(rules));
    return (await run(promtool, ['check', 'rules', file])).stdout;
  } finally {
    await workspace.close();
  }
}

async function backFill(data: string, file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await run(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', file, data], { maxBuffer: 64 << 20 });
}

async function query(url: string, promql: string, atSeconds?: number): Promise<readonly Sample[]> {
  const time = atSeconds === undefined ? {} : { time: String(atSeconds) };
  const body = new URLSearchParams({ query: promql, ...time });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body, signal: AbortSignal.timeout(30_000) });
  const answer = (await response.json()) as Answer;
  if (answer.status === 'error') throw new Error(`Prometheus refused ${promql}: ${answer.error}`);
  if (answer.data.resultType !== 'vector')
    throw new Error(`${promql} gives a ${answer.data.resultType}, not an instant vector`);
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: readNumber(value[1]) }));
}

type Answer =
  | { readonly status: 'error'; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: {
        readonly resultType: string;
        readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
      };
    };

function readNumber(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
