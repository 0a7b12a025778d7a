/** The page in the browser: puts a board's drawing into the document. The server strips the types; there is no other build. */
import * as echarts from 'echarts';
import type { BoardDrawing, PanelDrawing } from './draw-board.ts';
import type { Box, Chart } from './drawing.ts';
import { formatNumber } from './format-value.ts';

/** As much of the browser as is used: the project's types know Node alone. */
interface Element {
  className: string;
  textContent: string | null;
  innerHTML: string;
  title: string;
  readonly style: Record<string, string>;
  readonly dataset: Record<string, string>;
  readonly append: (...children: (Element | string)[]) => void;
  readonly replaceChildren: (...children: Element[]) => void;
}

declare const document: {
  title: string;
  readonly body: Element;
  readonly createElement: (tag: string) => Element;
};
declare const location: { readonly pathname: string; readonly search: string };

/** Draws the board that the address names; `body[data-state]` says `drawn` when every chart has been painted. */
export async function showBoard(): Promise<void> {
  const { body } = document;
  const answer = await fetch(`${location.pathname}/drawing${location.search}`);
  if (!answer.ok) {
    body.replaceChildren(element('pre', 'failed', await answer.text()));
    body.dataset['state'] = 'failed';
    return;
  }
  const board = (await answer.json()) as BoardDrawing;
  document.title = board.title;
  const grid = element('main', 'grid');
  Object.assign(grid.style, { width: `${board.width}px`, height: `${board.height}px` });
  body.replaceChildren(showHead(board), grid);
  await Promise.all(board.panels.map((panel) => showPanel(panel, grid)));
  body.dataset['state'] = 'drawn';
}

function showHead({ title, range, variables, annotations }: BoardDrawing): Element {
  const head = element('header', '');
  head.append(element('h1', '', title), element('time', '', range));
  const controls = element('nav', '');
  for (const { label, shown } of variables) {
    const chip = element('span', 'chip');
    chip.append(element('b', '', label), element('span', '', shown));
    controls.append(chip);
  }
  for (const { name, color } of annotations) {
    const mark = element('span', 'mark', name);
    mark.style['borderColor'] = color;
    controls.append(mark);
  }
  head.append(controls);
  return head;
}

async function showPanel(panel: PanelDrawing, grid: Element): Promise<void> {
  const { drawing, left, top, width, height, title, description, type } = panel;
  const frame = element('section', `panel ${type} ${drawing?.kind ?? ''}`);
  frame.dataset['title'] = title;
  Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  const head = element('h2', '', title);
  if (description !== '') {
    head.append(element('i', 'about', 'i'));
    head.title = description;
  }
  frame.append(head);
  grid.append(frame);
  if (drawing === undefined) return;
  const inside = element('div', 'inside');
  frame.append(inside);
  switch (drawing.kind) {
    case 'markup':
      inside.innerHTML = drawing.html;
      return;
    case 'absent':
      inside.textContent = drawing.why;
      return;
    case 'failed':
      inside.textContent = `cannot draw: ${drawing.why}`;
      return;
    case 'chart': {
      const [canvas, legend] = [element('div', 'chart'), element('div', '')];
      legend.innerHTML = drawing.legend;
      inside.append(canvas, legend);
      await paint(drawing.chart, canvas);
    }
  }
}

/** Resolves when ECharts has painted all of it. */
function paint({ option, unit, decimals, boxes }: Chart, canvas: Element): Promise<void> {
  const chart = echarts.init(canvas as unknown as Parameters<typeof echarts.init>[0]);
  const finished = new Promise<void>((resolve) => {
    chart.on('finished', () => resolve());
  });
  const write = (value: unknown): string => (typeof value === 'number' ? formatNumber(value, unit, decimals) : '');
  const { series = [], tooltip } = option as { readonly series?: readonly object[]; readonly tooltip?: object };
  const added = boxes === undefined ? [] : [boxSeries(boxes)];
  chart.setOption({ ...option, series: [...added, ...series], tooltip: { ...tooltip, valueFormatter: write } });
  if (boxes === undefined) chart.setOption({ yAxis: { axisLabel: { formatter: write } } });
  return finished;
}

function boxSeries(boxes: readonly Box[]): echarts.CustomSeriesOption {
  return {
    type: 'custom',
    data: boxes.map(({ from, to, row, text }) => ({ name: text, value: [from, to, row] })),
    tooltip: { formatter: '{b}' },
    encode: { x: [0, 1], y: 2 },
    clip: true,
    renderItem: (parameters, api) => {
      const box = boxes[parameters.dataIndex];
      if (box === undefined) return null;
      const [left = 0, middle = 0] = api.coord([box.from, box.row]);
      const [right = 0] = api.coord([box.to, box.row]);
      const size = api.size?.([0, 1]);
      const full = Array.isArray(size) ? (size[1] ?? 0) : (size ?? 0);
      const height = Math.max(full * 0.9, full - 3, 1);
      const shape = { x: left, y: middle - height / 2, width: Math.max(right - left, 1), height };
      return { type: 'rect', shape, style: { fill: box.color } };
    },
  };
}

function element(tag: string, className: string, text?: string): Element {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
