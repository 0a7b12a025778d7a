/** Grafana's named colours in its light theme, its palette, and its scales. */

const SHADES = ['super-light', 'light', '', 'semi-dark', 'dark'] as const;

const HUES: Readonly<Record<string, readonly string[]>> = {
  red: ['#FF7383', '#F2495C', '#E02F44', '#C4162A', '#AD0317'],
  orange: ['#FFB357', '#FF9830', '#FF780A', '#FA6400', '#E55400'],
  yellow: ['#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400', '#CC9D00'],
  green: ['#96D98D', '#73BF69', '#56A64B', '#37872D', '#19730E'],
  blue: ['#8AB8FF', '#5794F2', '#3274D9', '#1F60C4', '#1250B0'],
  purple: ['#CA95E5', '#B877D9', '#A352CC', '#8F3BB8', '#7C2EA3'],
};

const NAMED = new Map<string, string>([
  ['text', '#24292E'],
  ['transparent', 'transparent'],
  ['gray', '#8E8E8E'],
  ['white', '#FFFFFF'],
  ['black', '#000000'],
  ['panel-bg', '#FFFFFF'],
  ...Object.entries(HUES).flatMap(([hue, shades]) =>
    shades.map((shade, index) => [[SHADES[index], hue].filter((part) => part !== '').join('-'), shade] as const),
  ),
]);

const PALETTE = [
  'green',
  'semi-dark-yellow',
  'light-blue',
  'semi-dark-orange',
  'red',
  'blue',
  'purple',
  '#705DA0',
  'dark-green',
  'yellow',
  '#447EBC',
  '#C15C17',
  '#890F02',
  '#0A437C',
  '#6D1F62',
  '#584477',
] as const;

/** From the least to the most, evenly spaced. */
const SCALES: Readonly<Record<string, readonly string[]>> = {
  'continuous-grylrd': ['green', 'yellow', 'red'],
  'continuous-rdylgr': ['red', 'yellow', 'green'],
  'continuous-blylrd': ['dark-blue', 'super-light-yellow', 'dark-red'],
  'continuous-ylrd': ['super-light-yellow', 'dark-red'],
  'continuous-blpu': ['blue', 'purple'],
  'continuous-ylbl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['panel-bg', 'dark-blue'],
  'continuous-reds': ['panel-bg', 'dark-red'],
  'continuous-greens': ['panel-bg', 'dark-green'],
  'continuous-purples': ['panel-bg', 'dark-purple'],
  oranges: ['#FFF5EB', '#FDD0A2', '#FD8D3C', '#D94801', '#7F2704'],
  blues: ['#F7FBFF', '#C6DBEF', '#6BAED6', '#2171B5', '#08306B'],
  greens: ['#F7FCF5', '#C7E9C0', '#74C476', '#238B45', '#00441B'],
  reds: ['#FFF5F0', '#FCBBA1', '#FB6A4A', '#CB181D', '#67000D'],
  purples: ['#FCFBFD', '#DADAEB', '#9E9AC8', '#6A51A3', '#3F007D'],
  ylorrd: ['#FFFFCC', '#FED976', '#FD8D3C', '#E31A1C', '#800026'],
  ylgnbu: ['#FFFFD9', '#C7E9B4', '#41B6C4', '#225EA8', '#081D58'],
  viridis: ['#440154', '#3B528B', '#21918C', '#5EC962', '#FDE725'],
  cividis: ['#00204D', '#414D6B', '#7C7B78', '#BCAF6F', '#FFEA46'],
  magma: ['#000004', '#51127C', '#B73779', '#FC8961', '#FCFDBF'],
  inferno: ['#000004', '#57106E', '#BC3754', '#F98E09', '#FCFFA4'],
  plasma: ['#0D0887', '#7E03A8', '#CC4778', '#F89540', '#F0F921'],
};

/** The colour as a browser takes it: a name of Grafana's, or what a style sheet knows. Throws on an unknown name. */
export function findColor(name: string): string {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  if (/^(#[\da-f]{3,8}|rgba?\(.*\))$/i.test(name)) return name;
  throw new Error(`the colour ${name} is not known to the preview`);
}

/** The colour of the series at `index`, as the classic palette deals them out. */
export function paletteColor(index: number): string {
  return findColor(PALETTE[index % PALETTE.length] ?? 'green');
}

/** The colour at a share from 0 to 1 of a scale; throws on one that the preview does not know. */
export function scaleColor(scale: string, share: number): string {
  const stops = SCALES[scale.toLowerCase()];
  if (stops === undefined) throw new Error(`the colour scheme ${scale} is not known to the preview`);
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  return mixColors(findColor(stops[below] ?? ''), findColor(stops[below + 1] ?? ''), place - below);
}

/** Black or white, whichever can be read on the colour. */
export function readableOn(color: string): string {
  const [red, green, blue] = readChannels(color);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? '#24292E' : '#FFFFFF';
}

/** The colour at an opacity from 0 to 1. */
export function fadeColor(color: string, opacity: number): string {
  return color.startsWith('#') ? `rgba(${readChannels(color).join(',')},${opacity})` : color;
}

function mixColors(from: string, to: string, share: number): string {
  const [left, right] = [readChannels(from), readChannels(to)];
  const mixed = left.map((channel, index) => Math.round(channel + ((right[index] ?? 0) - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function readChannels(color: string): readonly [number, number, number] {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(color);
  const parts = hex?.slice(1).map((part) => parseInt(part, 16)) ?? /[\d.]+/g[Symbol.match](color)?.map(Number) ?? [];
  return [parts[0] ?? 255, parts[1] ?? 255, parts[2] ?? 255];
}
