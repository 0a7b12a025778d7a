import { formatCanary, formatCanarySample, parseCanary } from '@rollcall/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Backend } from './backend.ts';
import { BackendError } from './backend-error.ts';
import { findCanaries, readLines, readSamples } from './find-canaries.ts';

const NOW = Date.UTC(2026, 0, 1);
const record = { node: 'node-1.eu', boot: '0a1b2c3d', seq: 7, sentMs: NOW - 1_500 };

test('a line is found whatever a forwarder puts around it', () => {
  const line = formatCanary(record, toRfc3339);
  expect(line).toBe('rollcall-canary node=node-1.eu boot=0a1b2c3d seq=7 sent=2025-12-31T23:59:58.500Z');
  for (const around of [line, `2026-01-01T00:00:00Z stdout F ${line}`, JSON.stringify({ log: `${line}\n` })])
    expect(parseCanary(around)).toEqual(record);
});

test('no line whatever gives anything but a canary or nothing, and each canary is read as it was written', () => {
  fc.assert(fc.property(fc.string(), (text) => parseCanary(text) === undefined));
  const seq = fc.nat(1e9);
  fc.assert(
    fc.property(seq, fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (own, date) => {
      const written = { ...record, seq: own, sentMs: date.getTime() };
      expect(parseCanary(formatCanary(written, toRfc3339))).toEqual(written);
    }),
  );
  for (const bad of ['sent=2026-13-01T00:00:00Z', 'sent=x', 'sent=2026-01-01'])
    expect(parseCanary(`rollcall-canary node=a boot=1 seq=1 ${bad}`)).toBeUndefined();
});

/** A Loki with these lines, a second apart up to now, that gives at most 5,000 at once. */
function lokiWith(lines: readonly string[], asked: Record<string, string>[]): Backend {
  const ask = async (_: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    asked.push({ ...parameters });
    const start = BigInt(parameters['start'] ?? 0);
    const all = lines.map((line, at) => [BigInt(NOW - (lines.length - at) * 1_000) * 1_000_000n, line] as const);
    const values = all.filter(([at]) => at >= start).slice(0, 5_000);
    const result = [{ stream: {}, values: values.map(([at, line]) => [String(at), line]) }];
    return { status: 'success', data: { resultType: 'streams', result } };
  };
  return { config: { name: 'l', type: 'loki', url: '' }, ask, close: () => undefined };
}

const { signal } = new AbortController();

test('all lines are read page by page, and those of others passed over', async () => {
  const asked: Record<string, string>[] = [];
  const lines = Array.from({ length: 12_000 }, (_, seq) =>
    seq % 2 === 0 ? formatCanary({ ...record, seq }, toRfc3339) : 'GET /',
  );
  const found = await findCanaries(lokiWith(lines, asked), { selector: '{job="x"}', fromMs: 0, nowMs: NOW, signal });
  expect(new Set(found.map(({ seq }) => seq)).size).toBe(6_000);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({ query: '{job="x"} |= "rollcall-canary node="', start: '0', direction: 'forward' });
});

test('without a selector those of the container of the manifest are read', async () => {
  const asked: Record<string, string>[] = [];
  await findCanaries(lokiWith([], asked), { selector: undefined, fromMs: 0, nowMs: NOW, signal });
  expect(asked[0]?.['query']).toBe('{container="rollcall-canary"} |= "rollcall-canary node="');
});

test('more lines than can be read are a failure of its own', async () => {
  const ask = async (): Promise<unknown> => {
    const values = Array.from({ length: 5_000 }, () => ['1', 'x']);
    return { status: 'success', data: { resultType: 'streams', result: [{ values }] } };
  };
  const backend: Backend = { config: { name: 'l', type: 'loki', url: '' }, ask, close: () => undefined };
  const search = { selector: undefined, fromMs: 0, nowMs: NOW, signal };
  await expect(findCanaries(backend, search)).rejects.toMatchObject({ code: 'TooLarge' });
});

test('samples carry their time', async () => {
  const asked: Readonly<Record<string, string>>[] = [];
  const value = /boot="0a1b2c3d"} (\S+)/.exec(formatCanarySample(record))?.[1] ?? '';
  const ask = async (_: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    asked.push(parameters);
    const values = [value, value, 'NaN', '0'].map((text, at) => [at, text]);
    const metric = { node: 'node-1.eu', boot: '0a1b2c3d' };
    return {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          { metric, values },
          { metric: {}, values },
        ],
      },
    };
  };
  const backend: Backend = { config: { name: 'p', type: 'prometheus', url: '' }, ask, close: () => undefined };
  const search = { selector: '{job="x"}', fromMs: NOW - 60_500, nowMs: NOW, signal };
  expect(await findCanaries(backend, search)).toEqual([{ ...record, seq: undefined }]);
  expect(asked).toEqual([
    { query: 'rollcall_canary_sent_timestamp_seconds{job="x"}[61s]', time: String((NOW / 1000).toFixed(3)) },
  ]);
});

test('no answer whatever throws anything but a BackendError', () => {
  const values = fc.array(fc.oneof(fc.anything(), fc.tuple(fc.string(), fc.string())));
  const metric = fc.dictionary(fc.constantFrom('node', 'boot'), fc.oneof(fc.string(), fc.anything()));
  const result = fc.oneof(fc.anything(), fc.array(fc.oneof(fc.anything(), fc.record({ metric, values }))));
  const data = fc.record({ resultType: fc.constantFrom('streams', 'matrix', 1), result });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.record({ status: fc.constant('success'), data })), (answer) => {
      for (const read of [readLines, readSamples]) {
        try {
          read(answer);
        } catch (error) {
          if (!(error instanceof BackendError)) throw error;
        }
      }
    }),
  );
});

/** Milliseconds since 1970 as RFC 3339. */
function toRfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
