/** Runs the `rollcall` program as its users do: as a process of its own. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAnswer, NodeDetail, Page, PolicyAnswer, PolicySummary } from '@rollcall/contract';
import { openWorkspace, waitFor, type Answer } from '../control-plane/index.ts';
import { askCollector, type CollectorAccess } from './ask-collector.ts';

const program = join(import.meta.dirname, '../../collector/bin/rollcall.js');

/** How a command ended and what it wrote. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end; any exit code is an outcome. Rejects if it does not end within 30 s. */
export function runRollcall(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 30_000, maxBuffer: 64 << 20 };
    execFile(process.execPath, [program, ...args], options, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, out, err });
      else reject(new Error(`rollcall ${args.join(' ')}: ${error?.message ?? 'no exit code'}\n${err}`));
    });
  });
}

/** What a collector is started with: a kubeconfig, policies (YAML, one file each), flags of `rollcall serve`, and how to ask one that authenticates. */
interface CollectorOptions {
  readonly kubeconfig: string;
  readonly access?: CollectorAccess;
  readonly policies?: readonly string[];
  readonly flags?: readonly string[];
}

/** One line of the collector's log. */
interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly url?: string;
  readonly [field: string]: unknown;
}

/** A running `rollcall serve`. DaemonSets are named `namespace/name`. */
export interface Collector {
  readonly url: string;
  readonly isReady: () => Promise<boolean>;
  readonly policies: () => Promise<readonly PolicySummary[]>;
  readonly policy: (daemonset: string) => Promise<PolicyAnswer>;
  /** Nodes with that state, without one all nodes that are in scope, stray or excluded. */
  readonly nodes: (daemonset: string, state?: NodeAnswer['state']) => Promise<readonly NodeAnswer[]>;
  readonly node: (daemonset: string, node: string) => Promise<NodeDetail>;
  /** The sum of a family's series whose labels include these. */
  readonly total: (family: string, labels?: Readonly<Record<string, string>>) => Promise<number>;
  readonly log: () => Promise<readonly LogLine[]>;
  /** Asks it to end, as Kubernetes does, and returns how it did. */
  readonly terminate: () => Promise<string>;
  /** Kills it if it still runs, and removes its files; fine to call twice. */
  readonly stop: () => Promise<void>;
}

/** Starts a collector on a free port and returns when it listens; its caches may still be empty. Throws with its log if it ends before. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { kubeconfig, policies = [], flags = [], access } = options;
  const workspace = await openWorkspace();
  try {
    const folder = join(workspace.folder, 'policies');
    await mkdir(folder);
    await Promise.all(policies.map((policy, index) => writeFile(join(folder, `${index}.yaml`), policy)));
    const own = [
      '--kubeconfig',
      kubeconfig,
      '--listen',
      '127.0.0.1:0',
      ...(policies.length > 0 ? ['--policy', folder] : []),
    ];
    const args = [program, 'serve', ...own, ...flags];
    const running = await workspace.start({ name: 'rollcall', path: process.execPath, args });
    const log = async (): Promise<readonly LogLine[]> => parseLog(await workspace.logTail('rollcall', Infinity));
    const url = await waitFor(
      async () => {
        if (running.ending() !== undefined) return '';
        return (await log()).find(({ msg }) => msg === 'listening')?.url;
      },
      { what: 'the collector to listen' },
    );
    if (url === '') throw new Error(`the collector ended: ${running.ending()}\n${await workspace.logTail('rollcall')}`);
    return {
      ...createQuestions((path) => askCollector(`${url}${path}`, access), url),
      log,
      terminate: async () => {
        process.kill(running.pid, 'SIGTERM');
        return waitFor(async () => running.ending(), { what: 'the collector to end' });
      },
      stop: workspace.close,
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function parseLog(text: string): readonly LogLine[] {
  return text
    .split('\n')
    .map((line) => (line.startsWith('{') ? (JSON.parse(line) as LogLine) : { level: 0, msg: line }));
}

function createQuestions(
  get: (path: string) => Promise<Answer>,
  url: string,
): Omit<Collector, 'log' | 'terminate' | 'stop'> {
  const root = '/api/v1/coverage';
  const ask = async <T>(path: string): Promise<T> => {
    const { status, body } = await get(path);
    if (status !== 200) throw new Error(`GET ${url}${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  };
  return {
    url,
    isReady: async () => (await get('/readyz')).status === 200,
    policies: async () => (await ask<Page<PolicySummary>>(root)).items,
    policy: (daemonset) => ask(`${root}/${daemonset}`),
    nodes: async (daemonset, state) => {
      const page = await ask<Page<NodeAnswer>>(
        `${root}/${daemonset}/nodes?limit=5000${state ? `&state=${state}` : ''}`,
      );
      return page.items;
    },
    node: (daemonset, node) => ask(`${root}/${daemonset}/nodes/${node}`),
    total: async (family, labels = {}) => {
      const wanted = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      return sum((await get('/metrics')).body, family, wanted);
    },
  };
}

function sum(exposition: string, family: string, wanted: readonly string[]): number {
  const lines = exposition.split('\n').filter((line) => line.startsWith(`${family}{`));
  const found = lines.filter((line) => wanted.every((label) => line.includes(label)));
  return found.reduce((total, line) => total + Number(line.slice(line.lastIndexOf('}') + 1)), 0);
}
