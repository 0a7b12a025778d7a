/** How long the queries of the dashboards take: a month of a large fleet in a real Prometheus, asked as Grafana asks. */
import { loadavg } from 'node:os';
import { startPrometheus } from '../control-plane/index.ts';
import { askPrometheus, openVariables } from '../dashboards/ask-prometheus.ts';
import {
  questionsOf,
  rangeOf,
  readBoards,
  readLabelValues,
  type BoardJson,
  type Question,
} from '../dashboards/read-questions.ts';
import { readSelectors } from '../dashboards/read-selectors.ts';
import { openScene } from '../dashboards/scene.ts';
import { interpolate } from '@rollcall/dashboards/preview';
import { growFleet, type FleetSeries, type FleetSize } from './board-fleet.ts';
import { readTemplates, type Template } from './board-templates.ts';
import { median } from './figures.ts';
import { writeStretches, type Stretch } from './remote-write.ts';

/** A run: how large, how much history, scraped how often. `log` gets a line now and then. */
export interface BoardsRun extends FleetSize {
  readonly days: number;
  readonly scrapeMs: number;
  readonly repeats: number;
  readonly log: (line: string) => void;
}

/** One query over one range; times in milliseconds. */
export interface BoardsTiming {
  readonly board: string;
  readonly place: string;
  readonly kind: Question['kind'];
  readonly rangeMs: number;
  readonly expr: string;
  readonly medianMs: number;
  readonly mostMs: number;
  readonly series: number;
  readonly fault: string | undefined;
}

/** All timings, and how much was written. */
export interface BoardsResult {
  readonly timings: readonly BoardsTiming[];
  readonly series: number;
  readonly samples: number;
  readonly load: number;
}

const DAY_MS = 86_400_000;
const SLAB_MS = 3_600_000;
/** Samples of one request. */
const MOST_SAMPLES = 40_000;
/** The points that a graph of Grafana has at most. */
const POINTS = 1_000;
const SETTLE_MS = 60_000;

/** Makes the history, and asks every query at its board's own range and at the whole of it. */
export async function runBoards(run: BoardsRun): Promise<BoardsResult> {
  const { days, scrapeMs, log } = run;
  const boards = readBoards();
  const templates = await takeTemplates(boards);
  log(`${templates.length} series of the scene are the pattern`);
  const toMs = Math.floor(Date.now() / SLAB_MS) * SLAB_MS;
  const fleet = growFleet(templates, run, { fromMs: toMs - days * DAY_MS, toMs, scrapeMs });
  await using stack = new AsyncDisposableStack();
  const options = { targets: [], scrapeIntervalSeconds: 60, honorLabels: true, receives: true };
  const prometheus = stack.adopt(await startPrometheus(options), (own) => own.stop());
  const samples = await fill(prometheus.url, fleet, { fromMs: toMs - days * DAY_MS, toMs, log });
  const load = loadavg()[0] ?? 0;
  const timings: BoardsTiming[] = [];
  for (const board of boards)
    for (const rangeMs of new Set([rangeOf(board), days * DAY_MS]))
      timings.push(...(await timeBoard(board, { ...run, url: prometheus.url, rangeMs, endMs: toMs - scrapeMs })));
  return { timings, series: fleet.length, samples, load };
}

/** The series that any query selects, as they are in the scene some time after its outage. */
async function takeTemplates(boards: readonly BoardJson[]): Promise<readonly Template[]> {
  const names = new Set(boards.flatMap((board) => questionsOf(board).flatMap((question) => namesOf(question, board))));
  const scene = await openScene();
  try {
    await scene.strike();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return await readTemplates(scene, names);
  } finally {
    await scene.close();
  }
}

function namesOf({ language, kind, expr }: Question, board: BoardJson): readonly string[] {
  if (language !== 'PromQL') return [];
  const filling = {
    variables: openVariables(board.templating.list),
    rangeMs: DAY_MS,
    stepMs: 60_000,
    scrapeIntervalMs: 60_000,
  };
  const text = interpolate(kind === 'variable' ? (readLabelValues(expr)?.selector ?? '') : expr, filling);
  return readSelectors(text).map(({ name }) => name);
}

/** Writes an hour of all series after the other, since Prometheus takes nothing that is much older than its newest sample. */
async function fill(
  url: string,
  fleet: readonly FleetSeries[],
  { fromMs, toMs, log }: { readonly fromMs: number; readonly toMs: number; readonly log: (line: string) => void },
): Promise<number> {
  let [samples, reported] = [0, performance.now()];
  for (let at = fromMs; at < toMs; at += SLAB_MS) {
    let batch: Stretch[] = [];
    let size = 0;
    for (const series of fleet) {
      const stretch = cut(series, at, at + SLAB_MS);
      if (stretch.times.length === 0) continue;
      batch.push(stretch);
      size += stretch.times.length;
      if (size < MOST_SAMPLES) continue;
      await writeStretches(url, batch);
      samples += size;
      [batch, size] = [[], 0];
    }
    if (batch.length > 0) await writeStretches(url, batch);
    samples += size;
    if (performance.now() - reported < 30_000) continue;
    reported = performance.now();
    log(`${Math.round(((at - fromMs) / (toMs - fromMs)) * 100)} % of the history is written: ${samples} samples`);
  }
  return samples;
}

function cut({ labels, fromMs, toMs, everyMs, valueAt }: FleetSeries, from: number, to: number): Stretch {
  const times: number[] = [];
  for (let at = Math.max(from, fromMs); at < Math.min(to, toMs); at += everyMs) times.push(at);
  return { labels, times, values: times.map(valueAt) };
}

interface BoardsAsking extends BoardsRun {
  readonly url: string;
  readonly rangeMs: number;
  readonly endMs: number;
}

async function timeBoard(board: BoardJson, asking: BoardsAsking): Promise<readonly BoardsTiming[]> {
  const { rangeMs, scrapeMs, endMs, url, repeats } = asking;
  const stepMs = Math.max(scrapeMs, Math.ceil(rangeMs / POINTS / 1_000) * 1_000);
  const filling = { variables: openVariables(board.templating.list), rangeMs, stepMs, scrapeIntervalMs: scrapeMs };
  const timings: BoardsTiming[] = [];
  for (const question of questionsOf(board)) {
    if (question.optional !== undefined) continue;
    const outcomes = [];
    for (let turn = 0; turn < repeats; turn += 1)
      outcomes.push(await askPrometheus(question, { url, filling, endMs, patienceMs: 180_000 }));
    const times = outcomes.map(({ ms }) => ms);
    const { board: name, place, kind, expr } = question;
    const { series, fault } = outcomes[0] ?? { series: 0, fault: 'was not asked' };
    const figures = { medianMs: median(times), mostMs: Math.max(...times), series, fault };
    timings.push({ board: name, place, kind, rangeMs, expr, ...figures });
  }
  return timings;
}
