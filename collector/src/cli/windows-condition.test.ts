import { expect, test } from 'vitest';
import { windowsCondition } from './windows-condition.ts';

const trouble = { code: 'Forbidden', message: 'GET …/maintenancewindows: 403', wallMs: 0 } as const;

function sight(blocked: 'absent' | 'forbidden' | undefined) {
  const state = { name: 'syncing', sinceWallMs: 0, trouble, blocked } as const;
  const watches = [{ id: 'maintenancewindows', reflector: { stop: async () => undefined, status: () => ({ state }) } }];
  return { watches: watches as never, rejected: [], collectorNamespace: 'rollcall-system' };
}

test('windows that may not be read are told of with the mend, those that no server has are not', () => {
  expect(windowsCondition({ namespace: 'agents' }, sight('forbidden'))).toEqual([
    {
      type: 'WindowsDown',
      status: 'True',
      reason: 'Forbidden',
      message: expect.stringMatching(/excuses no node: GET …\/maintenancewindows: 403; allow the collector's account/),
    },
  ]);
  expect(windowsCondition({ namespace: 'agents' }, sight('absent'))).toEqual([]);
  expect(windowsCondition({ namespace: 'agents' }, sight(undefined))).toEqual([]);
});

test("a refused window is told of by the policies of its namespace; one in the collector's by all", () => {
  const rejected = [
    { namespace: 'agents', name: 'foreign', message: 'names others/b' },
    { namespace: 'rollcall-system', name: 'never', message: 'has no day' },
  ];
  const message = (namespace: string): readonly string[] =>
    windowsCondition({ namespace }, { ...sight(undefined), rejected }).map((one) => one.message);
  expect(message('agents')).toEqual(['agents/foreign: names others/b | rollcall-system/never: has no day']);
  expect(message('others')).toEqual(['rollcall-system/never: has no day']);
});

test('however many are refused, the message stays short', () => {
  const rejected = Array.from({ length: 500 }, (_, n) => ({ namespace: 'a', name: `w${n}`, message: 'is wrong' }));
  const [condition] = windowsCondition({ namespace: 'a' }, { ...sight(undefined), rejected });
  expect(condition?.message).toHaveLength(2_001);
});
