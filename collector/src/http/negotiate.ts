/** What a client wants to have, from its Accept and Accept-Encoding headers (RFC 9110, section 12.5). */
import type { Format } from '../metrics/sample-text.ts';

interface Wish {
  readonly name: string;
  readonly version: string | undefined;
  readonly quality: number;
}

function parameter(parts: readonly string[], name: string): string | undefined {
  return parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}

function parseWishes(header: string | undefined): readonly Wish[] {
  return (header ?? '').split(',').map((item) => {
    const [name = '', ...parts] = item.toLowerCase().replaceAll(/[\s"]/g, '').split(';');
    const quality = Number(parameter(parts, 'q') ?? 1);
    return { name, version: parameter(parts, 'version'), quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

/** The quality given to the first of the names, most specific first, that the header mentions; 0 if it mentions none. */
function qualityOf(wishes: readonly Wish[], names: readonly string[]): number {
  for (const name of names) {
    const found = wishes.filter((wish) => wish.name === name);
    if (found.length > 0) return Math.max(...found.map((wish) => wish.quality));
  }
  return 0;
}

const TEXT = ['text/plain', 'text/*', '*/*'];

/** OpenMetrics when 1.0.0 is asked for by name and text is not liked better; else text, which every scraper reads. */
export function negotiateFormat(accept: string | undefined): Format {
  const wishes = parseWishes(accept);
  const served = wishes.filter(({ version }) => version === undefined || version === '1.0.0');
  const open = qualityOf(served, ['application/openmetrics-text']);
  return open > 0 && open >= qualityOf(wishes, TEXT) ? 'openmetrics' : 'text';
}

/** Whether the client likes JSON better than plain text. */
export function prefersJson(accept: string | undefined): boolean {
  const wishes = parseWishes(accept);
  return qualityOf(wishes, ['application/json', 'application/*', '*/*']) > qualityOf(wishes, TEXT);
}

/** Whether the body may be gzipped. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return qualityOf(parseWishes(acceptEncoding), ['gzip', '*']) > 0;
}
