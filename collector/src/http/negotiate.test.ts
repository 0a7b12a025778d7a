import { describe, expect, it } from 'vitest';
import { acceptsGzip, negotiateFormat, prefersJson } from './negotiate.ts';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROTOBUF_FIRST =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

describe('the format of a scrape', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    [PROMETHEUS_2, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
    [PROTOBUF_FIRST, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.9', 'text'],
    ['application/openmetrics-text;q=0.5, text/plain;q=0.4, */*', 'openmetrics'],
    ['application/openmetrics-text;q=nonsense', 'text'],
    ['application/openmetrics-text;q=7', 'text'],
    ['application/json', 'text'],
  ])('for %s is %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe('encoding and probes', () => {
  it.each([
    [undefined, false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0, *', false],
    ['*', true],
    ['br', false],
  ])('Accept-Encoding %s allows gzip: %s', (header, allowed) => {
    expect(acceptsGzip(header)).toBe(allowed);
  });

  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', true],
    ['application/json, text/plain;q=0.5', true],
    ['text/plain, application/json;q=0.5', false],
  ])('Accept %s prefers JSON: %s', (header, json) => {
    expect(prefersJson(header)).toBe(json);
  });
});
