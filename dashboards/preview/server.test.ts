/** The preview serves its page, and draws from what a Prometheus answers over HTTP. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BoardDrawing } from './draw-board.ts';
import { startPreview, type Preview } from './server.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const variable = { name: 'pool', type: 'query', query: 'label_values(up, pool)' };
const panels = [
  { type: 'stat', title: 'Up', targets: [{ expr: 'up{pool="$pool"}', instant: true, legendFormat: 'up' }] },
  { type: 'timeseries', title: 'Refused', targets: [{ expr: 'rate(' }] },
];
const dashboards = [{ uid: 'b1', title: 'Board <1>', panels, templating: { list: [variable] } }];

const asked: string[] = [];
let server: Server;
let preview: Preview;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.url ?? ''} ${body}`);
      const data = request.url?.includes('/label/') === true ? ['gpu'] : VECTOR;
      const refused = body.includes('rate');
      response.end(
        JSON.stringify(refused ? { status: 'error', error: 'no closing bracket' } : { status: 'success', data }),
      );
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const prometheus = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  preview = await startPreview({ prometheus, dashboards, clock: () => NOW });
});

afterAll(async () => {
  await preview.stop();
  server.close();
});

const VECTOR = { resultType: 'vector', result: [{ metric: { pool: 'gpu' }, value: [NOW / 1000, '1'] }] };

test('the list and the page, and the page’s code without its types', async () => {
  expect(preview.boards).toEqual(['b1']);
  expect(await (await fetch(preview.url)).text()).toContain('<a href="/boards/b1">Board &lt;1&gt;</a>');
  expect(await (await fetch(`${preview.url}/boards/b1`)).text()).toContain("import { showBoard } from '/page.ts'");
  const code = await fetch(`${preview.url}/page.ts`);
  expect(code.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(await code.text()).not.toContain('interface');
  expect(await (await fetch(`${preview.url}/echarts.js`)).text()).toContain('export{');
  expect((await fetch(`${preview.url}/boards/b2`)).status).toBe(404);
});

test('a drawing asks with the variables of the address, or the first value offered', async () => {
  const search = 'from=now-10m&width=1600';
  const drawn = (await (await fetch(`${preview.url}/boards/b1/drawing?${search}`)).json()) as BoardDrawing;
  expect(drawn.variables).toEqual([{ label: 'pool', shown: 'gpu' }]);
  expect(drawn.panels.map(({ drawing }) => drawing)).toEqual([
    { kind: 'markup', html: expect.stringContaining('>1<') },
    { kind: 'failed', why: 'Prometheus says: no closing bracket' },
  ]);
  asked.length = 0;
  await fetch(`${preview.url}/boards/b1/drawing?${search}&var-pool=edge`);
  const query = encodeURIComponent('up{pool="edge"}');
  expect(asked).toContain(`/api/v1/query query=${query.replaceAll('%20', '+')}&time=${NOW / 1000}`);
  expect(asked.some((one) => one.startsWith('/api/v1/query_range') && one.includes('step=15'))).toBe(true);
});

test('what the whole board fails of is told', async () => {
  const answer = await fetch(`${preview.url}/boards/b1/drawing?from=yesterday`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain('yesterday is no time');
});

test('odd paths are not found, another name is refused, and the preview goes on', async () => {
  const ask = async (path: string, host = '127.0.0.1'): Promise<number | undefined> => {
    const [response] = (await once(get(preview.url, { path, headers: { host } }), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  for (const path of ['//', '/../server.ts', '/..%2f..%2fpackage.json', '/boards/%']) {
    expect([path, await ask(path)]).toEqual([path, 404]);
  }
  expect(await ask('/', 'rebound.example:80')).toBe(400);
  expect(await ask('/')).toBe(200);
});
