import { expect, test } from 'vitest';
import { createRecall } from './recall.ts';

function setUp(most = 10) {
  const state = { now: 0, asked: [] as string[] };
  const recall = createRecall<string>({ most, nowMs: () => state.now, keepMs: (answer) => Number(answer) });
  const ask = (key: string, answer = '1000'): Promise<string> =>
    recall.recall(key, async () => {
      state.asked.push(key);
      return answer;
    });
  return { state, ask };
}

test('an answer is given again until its time is over, each with its own time', async () => {
  const { state, ask } = setUp();
  await ask('a', '1000');
  await ask('b', '10');
  state.now = 9;
  await ask('a');
  await ask('b');
  expect(state.asked).toEqual(['a', 'b']);
  state.now = 10;
  await ask('b');
  state.now = 999;
  await ask('a');
  expect(state.asked).toEqual(['a', 'b', 'b']);
  state.now = 1_000;
  await ask('a');
  expect(state.asked).toEqual(['a', 'b', 'b', 'a']);
});

test('who asks while an answer is under way gets that one', async () => {
  const { state, ask } = setUp();
  expect(await Promise.all([ask('a', '0'), ask('a', '5'), ask('a', '5')])).toEqual(['0', '0', '0']);
  expect(state.asked).toEqual(['a']);
  await ask('a', '5');
  expect(state.asked).toEqual(['a', 'a']);
});

test('past its bound what was not asked for longest is forgotten', async () => {
  const { state, ask } = setUp(2);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key);
  expect(state.asked).toEqual(['a', 'b', 'c', 'b']);
});
