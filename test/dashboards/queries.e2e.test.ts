/** Every query and every panel of every dashboard on a real Prometheus, which scrapes a real collector of a cluster in trouble. */
import { generateDashboards } from '@rollcall/dashboards';
import { startPreview, type VariableValue } from '@rollcall/dashboards/preview';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, waitFor } from '../control-plane/index.ts';
import { askPrometheus, openVariables, type Outcome } from './ask-prometheus.ts';
import { lookAtBoards, type Look } from './look-at-boards.ts';
import { panelsOf, questionsOf, readBoards, type BoardJson, type Question } from './read-questions.ts';
import { openScene, SPEED, type Scene } from './scene.ts';

/** How far the points of a graph are apart; it shows all that there is. */
const STEP_MS = 1_000;
/** An alert about burn waits for half of its window, which is a minute and a half at this speed. */
const DEADLINE_MS = 180_000;

/** The boards for rules of that speed: they are the committed ones but for names of recorded series, which tell of their window. */
const BOARDS = generateDashboards({
  speed: SPEED,
  apiUrl: 'http://collector.example',
  runbookBase: '',
}) as unknown as readonly BoardJson[];

let scene: Scene;

beforeAll(async () => {
  const started = performance.now();
  scene = await openScene();
  await scene.strike();
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`the scene was there and struck after ${seconds} s`);
});
afterAll(() => scene?.close());

interface Answer extends Outcome {
  readonly question: Question;
}

/** Asks what the panels ask, one after the other, as a board does that somebody opens. */
async function ask(board: BoardJson, chosen: Readonly<Record<string, VariableValue>> = {}): Promise<readonly Answer[]> {
  const variables = { ...openVariables(board.templating.list), ...chosen };
  const rangeMs = Math.ceil((Date.now() - scene.sinceMs) / STEP_MS) * STEP_MS;
  const filling = { variables, rangeMs, stepMs: STEP_MS, scrapeIntervalMs: STEP_MS };
  const answers: Answer[] = [];
  for (const question of questionsOf(board).filter(({ optional }) => optional === undefined)) {
    const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
    answers.push({ question, ...(await askPrometheus(question, { url: scene.prometheus.url, filling, endMs })) });
  }
  return answers;
}

function describeFaults(answers: readonly Answer[]): readonly string[] {
  return answers.flatMap(({ question: { board, kind, place }, fault, asked }) =>
    fault === undefined ? [] : [`${board}, ${kind} "${place}": ${fault}\n    ${asked}`],
  );
}

const places = (board: BoardJson): readonly string[] => questionsOf(board).map(({ kind, place }) => `${kind} ${place}`);

test('the boards that are asked here are the committed ones', () => {
  const shape = (boards: readonly BoardJson[]): object =>
    Object.fromEntries(boards.map((board) => [board.uid, places(board)]));
  expect(shape(BOARDS)).toEqual(shape(readBoards()));
  const optional = BOARDS.flatMap((board) => questionsOf(board).filter((own) => own.optional !== undefined));
  for (const { board, place, optional: need, language } of optional)
    console.log(`not asked here: ${board}, "${place}": ${language} of what only ${need} has`);
  const asked = BOARDS.flatMap(questionsOf).length - optional.length;
  const panels = BOARDS.flatMap(panelsOf).length;
  console.log(`${asked} queries of ${BOARDS.length} boards with ${panels} panels are asked`);
});

test.each(BOARDS.map((board) => [board.uid, board] as const))('%s: every query returns data', async (_, board) => {
  let faults: readonly string[] = [];
  const started = performance.now();
  const isWhole = async (): Promise<boolean> => {
    faults = describeFaults(await ask(board));
    return faults.length === 0;
  };
  await waitFor(isWhole, { what: 'data', deadlineMs: DEADLINE_MS, everyMs: 1_000 }).catch(() => undefined);
  console.log(`${board.uid}: ${faults.length} without data after ${Math.round(performance.now() - started)} ms`);
  expect(faults.join('\n')).toBe('');
});

const NOTHING_THERE = ['no data', 'no values'];

test('with values chosen every query is still one that Prometheus takes', async () => {
  const chosen = { cluster: ['east'], namespace: ['default'], daemonset: ['agent', 'logs'], node_pool: ['edge'] };
  const refused: string[] = [];
  for (const board of BOARDS)
    for (const answer of await ask(board, { ...chosen, node: ['general-5'] }))
      // Nothing may be there of what was chosen; all else is a query that Prometheus refuses or cannot join.
      if (answer.fault !== undefined && !NOTHING_THERE.includes(answer.fault))
        refused.push(...describeFaults([answer]));
  expect(refused).toEqual([]);
});

test('a metric that is misspelt in one panel is told by board, title and query', async () => {
  const [first] = BOARDS;
  if (first === undefined) throw new Error('there are no boards');
  const text = JSON.stringify(first.panels).replace(/rollcall_\w+\{/, (name) => name.replace('rollcall_', 'rollcal_'));
  const planted = { ...first, panels: JSON.parse(text) as BoardJson['panels'] };
  const faults = describeFaults(await ask(planted)).filter((fault) => fault.includes('rollcal_'));
  console.log(faults.join('\n'));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(new RegExp(`^${first.uid}, panel "[^"]+": no data\\n .*rollcal_`));
});

/** What a browser shows of these boards, with all rows unfolded. */
async function look(dashboards: readonly BoardJson[]): Promise<readonly Look[]> {
  await using stack = new AsyncDisposableStack();
  const options = { prometheus: scene.prometheus.url, dashboards, clock: Date.now, scrapeIntervalMs: STEP_MS };
  const preview = stack.adopt(await startPreview(options), (own) => own.stop());
  const browser = stack.adopt(await startChromium(), (own) => own.close());
  return await lookAtBoards(browser, { ...preview, search: { from: 'now-2m', to: 'now', rows: 'open' } });
}

test('a browser draws every panel of every board', async () => {
  const started = performance.now();
  const looks = await look(BOARDS);
  const seconds = Math.round((performance.now() - started) / 1_000);
  const [charts, texts, absent] = (['chart', 'markup', 'absent'] as const).map((kind) =>
    looks.reduce((sum, { shown }) => sum + shown[kind].length, 0),
  );
  console.log(`${charts} charts, ${texts} figures and tables, ${absent} that need Loki are drawn in ${seconds} s`);
  expect(looks.flatMap(({ uid, faults }) => faults.map((fault) => `${uid}: ${fault}`))).toEqual([]);
  const titles = ({ chart, markup, absent: others }: Look['shown']): readonly string[] => [
    ...chart,
    ...markup,
    ...others,
  ];
  const shown = Object.fromEntries(looks.map((one) => [one.uid, titles(one.shown).toSorted()]));
  expect(shown).toEqual(
    Object.fromEntries(
      BOARDS.map((board) => [
        board.uid,
        panelsOf(board)
          .map(({ title }) => title)
          .toSorted(),
      ]),
    ),
  );
});

test('a panel that cannot be drawn, and a chart without a curve, are told', async () => {
  const [first] = BOARDS;
  if (first === undefined) throw new Error('there are no boards');
  const chart = panelsOf(first).find(({ type }) => type === 'timeseries');
  const nothing = { title: 'blank', targets: [{ refId: 'A', expr: 'vector(NaN)' }] };
  const panels = [
    { id: 1, title: 'clock', type: 'gauge', gridPos: { x: 0, y: 0, w: 12, h: 8 } },
    { ...chart, ...nothing, id: 2, type: 'timeseries', gridPos: { x: 12, y: 0, w: 12, h: 8 } },
  ];
  const [seen] = await look([{ ...first, panels, annotations: { list: [] } }]);
  expect(seen?.faults).toEqual([
    expect.stringMatching(/^clock.*cannot draw: panels of the type gauge/),
    'blank is blank',
  ]);
});
