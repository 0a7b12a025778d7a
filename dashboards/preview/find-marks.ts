/** A board's annotations: when what they ask was so. */
import type { Questions } from './ask-panel.ts';
import { findColor } from './colors.ts';
import type { AnnotationQuery } from './dashboard.ts';
import type { Mark } from './drawing.ts';
import type { Series } from './frame.ts';
import { interpolate } from './interpolate.ts';
import { readDuration } from './time.ts';

/** The marks of all annotations that are switched on; samples nearer than a step are one mark. Throws with what is refused. */
export async function findMarks(
  annotations: readonly AnnotationQuery[],
  questions: Questions,
): Promise<readonly Mark[]> {
  const asked = annotations.filter(({ enable }) => enable !== false);
  return (await Promise.all(asked.map((annotation) => ask(annotation, questions)))).flat();
}

async function ask(annotation: AnnotationQuery, questions: Questions): Promise<readonly Mark[]> {
  const { range, prometheus, variables, scrapeIntervalMs } = questions;
  const expr = annotation.expr ?? annotation.target?.expr;
  if (expr === undefined) return [];
  const span = range.to - range.from;
  // Prometheus answers with 11,000 points at most; Grafana makes the step longer then, too.
  const stepMs = Math.max(readDuration(annotation.step ?? '60s'), Math.ceil(span / 11_000 / 1000) * 1000);
  const filled = interpolate(expr, { variables, stepMs, rangeMs: span, scrapeIntervalMs });
  const series = await prometheus.askRange(filled, range, stepMs);
  const color = findColor(annotation.iconColor ?? 'red');
  return series.flatMap((each) => joinPoints(each, stepMs).map((mark) => ({ ...mark, color, title: annotation.name })));
}

function joinPoints({ points }: Series, stepMs: number): readonly { readonly from: number; readonly to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const [seconds, value] of points) {
    if (Number(value) === 0) continue;
    const at = seconds * 1000;
    const last = joined.at(-1);
    if (last !== undefined && at - last.to <= stepMs) last.to = at;
    else joined.push({ from: at, to: at });
  }
  return joined;
}
