/** Makes the spans of the catalogue with OpenTelemetry. */
import type * as Api from '@opentelemetry/api';
import {
  SPANS,
  type OpenSpan,
  type SpanAttributes,
  type SpanDefinition,
  type SpanName,
  type Spans,
} from '@rollcall/contract';

type Headers = Parameters<Spans['start']>[2];

/** Spans of a tracer; the API is an argument, since it is loaded only when it is needed. */
export function createOtelSpans(api: typeof Api, tracer: Api.Tracer): Spans {
  const kinds = { internal: api.SpanKind.INTERNAL, client: api.SpanKind.CLIENT, server: api.SpanKind.SERVER };
  return {
    start: <Name extends SpanName>(name: Name, attributes: SpanAttributes<Name>, headers?: Headers): OpenSpan<Name> => {
      const { name: template, kind, parent } = SPANS[name];
      let known: Attributes = attributes;
      const inside = contextOf(api, parent, headers);
      const span = tracer.startSpan(fill(template, known), { kind: kinds[kind], attributes: known }, inside);
      return {
        set: (more) => {
          known = { ...known, ...more };
          span.setAttributes(more);
        },
        run: (work) => api.context.with(api.trace.setSpan(inside, span), work),
        end: (errorType) => {
          if (errorType !== undefined) {
            span.setAttribute('error.type', errorType);
            span.setStatus({ code: api.SpanStatusCode.ERROR });
          }
          span.updateName(fill(template, known));
          span.end();
        },
      };
    },
  };
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

function contextOf(
  { context, propagation, ROOT_CONTEXT }: typeof Api,
  parent: SpanDefinition['parent'],
  headers: Headers = {},
): Api.Context {
  switch (parent) {
    case 'none':
      return ROOT_CONTEXT;
    case 'caller':
      return context.active();
    case 'headers':
      return propagation.extract(ROOT_CONTEXT, headers);
  }
}

function fill(template: string, attributes: Attributes): string {
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => String(attributes[name] ?? '')).trim();
}
