/** Prometheus scrapes what a test serves, and its answers are numbers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startPrometheus, waitFor } from './index.ts';

test('a served metric is scraped with its own labels and can be queried', async () => {
  const target = createServer((_, response) => response.end('shoes{namespace="closet"} 42\nshare 0\n'));
  await once(target.listen(0, '127.0.0.1'), 'listening');
  const { port } = target.address() as AddressInfo;
  const prometheus = await startPrometheus({
    targets: [`127.0.0.1:${port}`],
    scrapeIntervalSeconds: 1,
    honorLabels: true,
  });
  const shoes = await waitFor(
    async () => {
      const samples = await prometheus.query('shoes');
      return samples.length > 0 && samples;
    },
    { what: 'the first scrape' },
  );
  const instance = `127.0.0.1:${port}`;
  expect(shoes).toEqual([{ labels: { __name__: 'shoes', namespace: 'closet', instance, job: 'rollcall' }, value: 42 }]);
  expect((await prometheus.query('1 / share'))[0]?.value).toBe(Infinity);
  await expect(prometheus.query('shoes +')).rejects.toThrow('Prometheus refused shoes +: ');

  await prometheus.stop();
  await expect(fetch(prometheus.url)).rejects.toThrow();
  target.close();
}, 300_000);
