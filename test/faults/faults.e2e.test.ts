/** One fault of each code on the real control plane: it is named rightly on all of its nodes, and stays so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUp, sayShare } from './outcome.ts';
import { playAll, type Run } from './play-all.ts';
import { printOutcome } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { pickOneEach } from './table.ts';

const NODES = 3;
const WIDTH = 24;
const CHOSEN = pickOneEach();

let stage: Stage;
let run: Run;

beforeAll(async () => {
  stage = await openStage('fast', { withPages: true });
  run = playAll(stage, CHOSEN, { nodes: NODES, width: WIDTH, tell: (outcome) => console.log(printOutcome(outcome)) });
});

afterAll(() => stage?.close());

test.each(CHOSEN.map((fault) => [fault.code, fault] as const))('%s', async (_, fault) => {
  const { wrongs } = await run.outcomeOf(fault);
  expect(wrongs).toEqual([]);
});

test('at least 99 % of the nodes are named rightly, and at most 1 % are not explained', async () => {
  const { nodes, right, unexplained } = addUp(await run.all);
  console.log(`${right} of ${nodes} nodes right (${sayShare(right, nodes)}), ${unexplained} unexplained`);
  expect(right / nodes).toBeGreaterThanOrEqual(0.99);
  expect(unexplained / nodes).toBeLessThanOrEqual(0.01);
});
