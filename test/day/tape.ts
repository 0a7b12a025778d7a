/** Scrapes minute by minute, written down as the series that promtool plays: staleness where a target no longer shows one. */
import type { Series } from '../rules/timeline.ts';

/** The scrapes of a day. */
export interface Tape {
  /** Adds what one target showed; `undefined`: it did not answer. Once a minute for each target. */
  add(target: string, text: string | undefined): void;
  /** Of series whose name is one of these. */
  series(): readonly Series[];
}

interface Track {
  readonly target: string;
  readonly values: string[];
}

/** An empty tape that keeps the families whose names occur in these rules. */
export function createTape(rules: string): Tape {
  const words = new Set(rules.match(/\w+/g));
  const tracks = new Map<string, Track>();
  const minutes = new Map<string, number>();
  return {
    add: (target, text = '') => {
      const minute = minutes.get(target) ?? 0;
      minutes.set(target, minute + 1);
      for (const { name, labels, value } of parse(text)) {
        if (!words.has(name)) continue;
        const key = `${name}{${labels},instance="${target}:9808"}`;
        const track = tracks.get(key) ?? { target, values: Array.from({ length: minute }, () => '_') };
        tracks.set(key, track);
        track.values.push(value);
      }
      for (const track of tracks.values()) if (track.target === target) endMinute(track, minute);
    },
    series: () => [...tracks].map(([series, { values }]) => ({ series, values: shorten(values) })),
  };
}

function parse(text: string): readonly { readonly name: string; readonly labels: string; readonly value: string }[] {
  return [...text.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)].map(([, name = '', labels = '', value = '']) => ({
    name,
    labels,
    value,
  }));
}

/** What was not shown in this minute is stale. */
function endMinute(track: Track, minute: number): void {
  if (track.values.length <= minute) track.values.push(isThere(track) ? 'stale' : '_');
}

function isThere({ values }: Track): boolean {
  const last = values.at(-1);
  return last !== undefined && last !== '_' && last !== 'stale';
}

/** Runs of one value as `v+0xN`. */
function shorten(values: readonly string[]): string {
  const chunks: string[] = [];
  for (let at = 0; at < values.length;) {
    const value = values[at] ?? '_';
    let run = 1;
    while (values[at + run] === value) run += 1;
    at += run;
    if (run === 1 || value === 'stale') chunks.push(...Array.from({ length: run }, () => value));
    else chunks.push(value === '_' ? `_x${run}` : `${value}+0x${run - 1}`);
  }
  return chunks.join(' ');
}
