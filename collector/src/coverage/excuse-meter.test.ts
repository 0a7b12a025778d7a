import { describe, expect, test } from 'vitest';
import {
  closeSpell,
  createMeter,
  METER_WINDOW_MS,
  openSpell,
  regainMono,
  usedMs,
  type ExcuseMeter,
} from './excuse-meter.ts';

/** A meter that has counted these spells, oldest first. */
function metered(...spells: readonly (readonly [number, number])[]): ExcuseMeter {
  const meter = createMeter();
  for (const [start, end] of spells) {
    openSpell(meter, start);
    closeSpell(meter, end);
  }
  return meter;
}

describe('a meter', () => {
  test('adds up closed spells and the open one', () => {
    const meter = metered([0, 100], [500, 530]);
    expect(usedMs(meter, 600)).toBe(130);
    openSpell(meter, 600);
    openSpell(meter, 650);
    expect(usedMs(meter, 660)).toBe(190);
    expect(usedMs(createMeter(), 660)).toBe(0);
  });

  test('counts a spell whole until 24 h after its end, and not any longer', () => {
    const meter = metered([0, 100], [500, 530]);
    expect(usedMs(meter, METER_WINDOW_MS + 99)).toBe(130);
    expect(usedMs(meter, METER_WINDOW_MS + 100)).toBe(30);
    expect(usedMs(meter, METER_WINDOW_MS + 530)).toBe(0);
  });

  test('says when its oldest counted spell is forgotten', () => {
    const meter = metered([0, 100], [500, 530]);
    expect(regainMono(meter, 1_000)).toBe(METER_WINDOW_MS + 100);
    expect(regainMono(meter, METER_WINDOW_MS + 100)).toBe(METER_WINDOW_MS + 530);
    expect(regainMono(meter, METER_WINDOW_MS + 530)).toBe(Infinity);
    expect(regainMono(createMeter(), 0)).toBe(Infinity);
  });

  test('keeps no spell of no length, and none beyond its window', () => {
    const meter = metered([0, 100], [200, 200], [METER_WINDOW_MS + 150, METER_WINDOW_MS + 160]);
    expect(meter.spells).toEqual([[METER_WINDOW_MS + 150, METER_WINDOW_MS + 160]]);
    closeSpell(meter, METER_WINDOW_MS + 900);
    expect(meter.spells).toHaveLength(1);
  });

  test('of a former life counts as if it had been used just before', () => {
    const meter = createMeter(40, 1_000);
    expect(usedMs(meter, 1_000)).toBe(40);
    expect(regainMono(meter, 1_000)).toBe(METER_WINDOW_MS + 1_000);
  });
});
