/** The slope of a line through measured points, and how certain it is. */

/** Slope in units of y for one of x, with the bounds of its 95 % confidence interval. */
export interface Slope {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** The mean of y. */
  readonly mean: number;
}

// Student's t at 97.5 % for 1, 2, 3 … degrees of freedom; beyond the table it is a little above 1.96.
const T: readonly number[] = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Least squares of y over x; three points or more, whose x differ. */
export function fitSlope(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / spread;
  const residual = points.reduce((sum, [x, y]) => sum + (y - mean - slope * (x - meanX)) ** 2, 0);
  const margin = (T[count - 3] ?? 2.04) * Math.sqrt(residual / (count - 2) / spread);
  return { slope, low: slope - margin, high: slope + margin, mean };
}
