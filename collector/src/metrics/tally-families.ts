/** The families of what is counted or measured one by one: counters, and histograms with the buckets of the catalogue. */
import { COVERAGE_METRICS, TALLIES, type Metric, type Tally, type TallyName } from '@rollcall/contract';
import type { TallyReading } from '../sli/reading.ts';
import type { Family } from './family.ts';
import type { TallyRows } from './policy-row.ts';
import { baseName, escapeLabel, secondsText, type Format } from './sample-text.ts';

/** Where samples are written: in a pool, or in a policy as a whole. */
interface Place {
  readonly head: string;
  readonly created: string;
  readonly tallies: TallyRows;
}

type Write = (place: Place, format: Format) => string;

/** The family of that name. */
export function tallied(name: TallyName): Family {
  const metric: Metric = COVERAGE_METRICS[name];
  const { boundsMs }: Tally = TALLIES[name];
  const one = boundsMs === undefined ? writeCount(metric) : writeHistogram(metric, boundsMs);
  const write: Write = (place, format) =>
    (place.tallies.get(name) ?? []).map((reading) => one(reading, place, format)).join('');
  return { metric, writePolicy: write, writePool: write };
}

type WriteOne = (reading: TallyReading, place: Place, format: Format) => string;

/** The labels of a reading, the brace still open. */
function labelled(metric: Metric, { label }: TallyReading, { head }: Place): string {
  const [name] = metric.labels;
  return name === undefined ? head : `${head},${name}="${escapeLabel(label)}"`;
}

function writeCount(metric: Metric): WriteOne {
  return (reading, place, format) => {
    const set = `${labelled(metric, reading, place)}} `;
    const sample = `${metric.name}${set}${reading.slots[0] ?? 0}\n`;
    return format === 'text' ? sample : `${sample}${baseName(metric)}_created${set}${place.created}\n`;
  };
}

function writeHistogram(metric: Metric, boundsMs: readonly number[]): WriteOne {
  return (reading, place, format) => {
    const set = labelled(metric, reading, place);
    let count = 0;
    let text = '';
    for (const [slot, bound] of [...boundsMs, Infinity].entries()) {
      count += reading.slots[slot] ?? 0;
      text += `${metric.name}_bucket${set},le="${boundText(bound, format)}"} ${count}\n`;
    }
    text += `${metric.name}_sum${set}} ${secondsText(reading.slots[boundsMs.length + 1] ?? 0)}\n`;
    text += `${metric.name}_count${set}} ${count}\n`;
    return format === 'text' ? text : `${text}${metric.name}_created${set}} ${place.created}\n`;
  };
}

/** OpenMetrics wants floats. */
function boundText(ms: number, format: Format): string {
  if (ms === Infinity) return '+Inf';
  const seconds = ms / 1_000;
  return format === 'openmetrics' && Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}
