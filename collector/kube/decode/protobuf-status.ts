/** Reads a metav1.Status in protobuf into what JSON would have made of it, as far as errors tell of it. */
import { findObject } from './envelope.ts';
import type { Place } from './place.ts';
import { TextTable } from './text-table.ts';
import { Wire } from './wire.ts';

// k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto.
const STATUS = { message: 3, reason: 4, details: 5, code: 6 } as const;
const DETAILS = { causes: 4, retryAfterSeconds: 5 } as const;
const CAUSE_REASON = 1;

/** A Status object; '' and 0 where it does not say. */
export interface Status {
  message: string;
  reason: string;
  code: number;
  readonly details: { readonly causes: { readonly reason: string }[]; retryAfterSeconds: number };
}

/** The Status in the envelope that lies there, by default in all of `bytes`. Throws `Malformed`. */
export function readStatus(bytes: Buffer, place: Place = { from: 0, to: bytes.length }): Status {
  const wire = new Wire(new TextTable(1));
  const status: Status = { message: '', reason: '', code: 0, details: { causes: [], retryAfterSeconds: 0 } };
  const { from, to } = findObject(wire, bytes, place);
  wire.open(bytes, from, to);
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === STATUS.message) status.message = wire.ownText();
    else if (field === STATUS.reason) status.reason = wire.ownText();
    else if (field === STATUS.code) status.code = wire.value();
    else if (field === STATUS.details) readDetails(wire, status.details);
  }
  return status;
}

function readDetails(wire: Wire, details: Status['details']): void {
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === DETAILS.causes) details.causes.push({ reason: readCause(wire) });
    else if (field === DETAILS.retryAfterSeconds) details.retryAfterSeconds = wire.value();
  }
  wire.leave(mark);
}

function readCause(wire: Wire): string {
  let reason = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) if (field === CAUSE_REASON) reason = wire.ownText();
  wire.leave(mark);
  return reason;
}
