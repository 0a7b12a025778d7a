import { describe, expect, it } from 'vitest';
import { errorFromStatus } from '../kube-error.ts';
import { createDecoder } from './protobuf-decoder.ts';
import { readStatus } from './protobuf-status.ts';
import { REAL_PAGE, REAL_REFUSAL, REAL_STREAM, REAL_TOO_LARGE } from './real-bytes.cases.ts';
import { TextTable } from './text-table.ts';
import type { Wire } from './wire.ts';

const TYPE = 'application/vnd.kubernetes.protobuf';
const real = (text: string): Buffer => Buffer.from(text, 'base64');

/** A namespace's name, its labels and its phase. */
function project(wire: Wire): string {
  const found: string[] = [];
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    const mark = wire.enter();
    for (let inner = wire.next(); inner !== 0; inner = wire.next()) {
      const isName = field === 1 && inner === 1;
      if (isName || (field === 3 && inner === 1)) found.push(wire.text());
      if (field !== 1 || inner !== 11) continue;
      const entry = wire.enter();
      while (wire.next() !== 0) found.push(wire.text());
      wire.leave(entry);
    }
    wire.leave(mark);
  }
  return found.join(' ');
}

const decoder = createDecoder<string>(
  { fromJson: () => '', fromProtobuf: project },
  { texts: new TextTable(), wantsProtobuf: () => true, unreadable: () => undefined },
);

describe('what a real API server sends', () => {
  it('is a list', () => {
    const items: unknown[] = [];
    const reader = decoder.openList(TYPE, (item) => items.push([item.uid, item.version, item.project()]));
    reader.push(real(REAL_PAGE));
    expect(reader.end()).toEqual({ resourceVersion: '268', continueToken: expect.stringMatching(/^eyJ2I/) });
    expect(items).toEqual([
      ['6fbe3777-71b8-46c1-a589-719587183e51', '18', 'default kubernetes.io/metadata.name default Active'],
      [
        '9cc852ff-595f-468a-b92c-fd8e2c5c2a15',
        '26',
        'kube-node-lease kubernetes.io/metadata.name kube-node-lease Active',
      ],
    ]);
  });

  it('is a streaming list', () => {
    const events: unknown[] = [];
    const reader = decoder.openWatch(`${TYPE};stream=watch`, (event) =>
      events.push('object' in event ? `${event.object.version} ${event.object.project()}` : event),
    );
    reader.push(real(REAL_STREAM));
    expect(events).toEqual([
      '18 default kubernetes.io/metadata.name default Active',
      '26 kube-node-lease kubernetes.io/metadata.name kube-node-lease Active',
      '9 kube-public kubernetes.io/metadata.name kube-public Active',
      '5 kube-system kubernetes.io/metadata.name kube-system Active',
      { type: 'BOOKMARK', version: '268', complete: true },
    ]);
  });

  it('is a refusal, which says what it does in JSON', () => {
    const body = readStatus(real(REAL_REFUSAL));
    expect(errorFromStatus('GET /x', { status: 404, body })).toMatchObject({
      code: 'NotFound',
      reason: 'NotFound',
      message: 'GET /x: nodes "none" not found',
    });
    expect(errorFromStatus('GET /x', { status: 504, body: readStatus(real(REAL_TOO_LARGE)) })).toMatchObject({
      code: 'Gone',
      retryAfterMs: 1000,
    });
  });
});
