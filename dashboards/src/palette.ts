/** Colours that stay apart for every kind of colour vision: the set of Okabe and Ito ("Color Universal Design", 2008). */

/** By what they stand for. Blue is well and vermilion is not: no meaning hangs on red against green. */
export const PALETTE = {
  good: '#0072B2',
  warning: '#E69F00',
  bad: '#D55E00',
  unknown: '#999999',
  excused: '#56B4E9',
  /** Further series that are none of these. */
  teal: '#009E73',
  pink: '#CC79A7',
  yellow: '#F0E442',
  black: '#333333',
} as const;

/** A colour by name. */
export type Colour = keyof typeof PALETTE;
