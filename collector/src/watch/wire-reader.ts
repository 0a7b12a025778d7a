/** Reads what every watched object has in the same form from protobuf: times, messages, conditions. */
import type { Condition } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { cutMessage, LAST_MS } from './read-field.ts';
import type { ConditionSharing } from './read-metadata.ts';
import { CONDITION, TIME } from './wire-fields.ts';

/** The time that the present field is, as `readTime` has it: whole seconds; an empty message is Go's zero time, null in JSON. */
export function readWireTime(wire: Wire): number | undefined {
  if (wire.size() === 0) return undefined;
  let seconds = 0;
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) if (field === TIME.seconds) seconds = wire.value();
  wire.leave(mark);
  const ms = seconds * 1000;
  return ms >= 0 && ms <= LAST_MS ? ms : undefined;
}

/** The text of a message field, cut as `readMessage` does. */
export function readWireMessage(wire: Wire): string {
  return cutMessage(wire.text());
}

/** One condition after the other; the words of most are never asked for. */
export class WireCondition {
  type = '';
  status = '';
  since: number | undefined = undefined;
  #reasonFrom = 0;
  #reasonTo = 0;
  #messageFrom = 0;
  #messageTo = 0;

  /** Turns to the condition that the present field is. */
  read(wire: Wire): void {
    this.type = this.status = '';
    this.since = undefined;
    this.#reasonFrom = this.#reasonTo = this.#messageFrom = this.#messageTo = 0;
    const mark = wire.enter();
    for (let field = wire.next(); field !== 0; field = wire.next()) this.#readField(wire, field);
    wire.leave(mark);
  }

  /** What it says; inside of the call in which it was read. */
  share(wire: Wire, { conditions }: ConditionSharing): Condition {
    const reason = wire.textAt(this.#reasonFrom, this.#reasonTo);
    const message = cutMessage(wire.textAt(this.#messageFrom, this.#messageTo));
    return conditions.share(this.status || 'Unknown', reason, message);
  }

  #readField(wire: Wire, field: number): void {
    switch (field) {
      case CONDITION.type:
        this.type = wire.text();
        break;
      case CONDITION.status:
        this.status = wire.text();
        break;
      case CONDITION.lastTransitionTime:
        this.since = readWireTime(wire);
        break;
      case CONDITION.reason:
        this.#reasonFrom = wire.from;
        this.#reasonTo = wire.to;
        break;
      case CONDITION.message:
        this.#messageFrom = wire.from;
        this.#messageTo = wire.to;
        break;
    }
  }
}
