/** Opens boards in a real browser and says what is seen of each. */
import type { Browser, Page } from 'playwright-core';

/** Which boards, and over which time. */
export interface Sight {
  /** The preview's address. */
  readonly url: string;
  /** UIDs. */
  readonly boards: readonly string[];
  /** As Grafana's address bar has them: from, to, var-node. */
  readonly search: Readonly<Record<string, string>>;
}

/** What a board looked like. */
export interface Look {
  readonly uid: string;
  /** Titles of the panels that show something, by what they show it with. */
  readonly shown: Readonly<Record<'markup' | 'chart' | 'absent', readonly string[]>>;
  /** What is wrong: panels that could not be drawn, charts without a coloured point, what the browser complained of. */
  readonly faults: readonly string[];
  /** The whole page as PNG. */
  readonly picture: Buffer;
}

/** Pixels: as wide as the documentation shows them. */
const WINDOW = { width: 1600, height: 900 };
const DEADLINE_MS = 60_000;
/** Fewer coloured pixels than this are no curve. */
const LEAST_COLOURED = 40;

/** Looks at one board after the other. Throws when one is not there within a minute. */
export async function lookAtBoards(browser: Browser, { url, boards, search }: Sight): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const uid of boards) {
    const page = await browser.newPage({ viewport: WINDOW });
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(`page error: ${message}`));
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') faults.push(`console: ${line.text()}`);
    });
    await page.goto(`${url}/boards/${uid}?${new URLSearchParams(search).toString()}`);
    await page.waitForSelector('body[data-state]', { timeout: DEADLINE_MS });
    faults.push(...(await page.locator('.failed').allTextContents()), ...(await findBlankCharts(page)));
    const titles = (kind: string): Promise<readonly string[]> =>
      page.locator(`.panel.${kind}`).evaluateAll((panels) => panels.map((panel) => panel.dataset['title'] ?? ''));
    const shown = { markup: await titles('markup'), chart: await titles('chart'), absent: await titles('absent') };
    looks.push({ uid, shown, faults, picture: await page.screenshot({ fullPage: true }) });
    await page.close();
  }
  return looks;
}

/** Titles of charts in which nothing but axes, grid and text is painted. */
async function findBlankCharts(page: Page): Promise<readonly string[]> {
  const counts = await page.locator('.panel.chart').evaluateAll((panels) =>
    panels.map((panel) => {
      const canvas = panel.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      // Red, green, blue and opacity of one pixel after the other.
      const isColoured = (at: number): boolean => {
        const [red = 0, green = 0, blue = 0, opacity = 0] = [0, 1, 2, 3].map((channel) => pixels[at + channel]);
        return opacity > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
      };
      let coloured = 0;
      for (let at = 0; at < pixels.length; at += 4) coloured += Number(isColoured(at));
      return { title: panel.dataset['title'] ?? '', coloured };
    }),
  );
  return counts.filter(({ coloured }) => coloured < LEAST_COLOURED).map(({ title }) => `${title} is blank`);
}
