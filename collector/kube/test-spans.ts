/** Spans that are written down. */
import type { Spans } from '@rollcall/contract';

/** One span: what was set, and how it ended; `ended` counts how often. */
export interface RecordedSpan {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  errorType: string | undefined;
  ended: number;
}

/** Spans, and all of them so far. */
export function recordSpans(): { readonly spans: Spans; readonly recorded: readonly RecordedSpan[] } {
  const recorded: RecordedSpan[] = [];
  const spans: Spans = {
    start: (name, attributes) => {
      const span: RecordedSpan = { name, attributes: { ...attributes }, errorType: undefined, ended: 0 };
      recorded.push(span);
      return {
        set: (more) => void Object.assign(span.attributes, more),
        run: (work) => work(),
        end: (errorType) => {
          span.errorType = errorType;
          span.ended++;
        },
      };
    },
  };
  return { spans, recorded };
}
