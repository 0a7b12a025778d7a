/** Finds in protobuf who changed a node's labels or taints last. */
import type { Editor } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { FIELDS_V1, MANAGER } from './wire-fields.ts';
import { readWireTime } from './wire-reader.ts';

// Managers own the same fields on all nodes that are alike.
const MOST_KNOWN = 256;

/** Says of the fields that a manager owns whether labels or taints are among them; `owns` decides it from the JSON that they are written in. */
export class OwnedFields {
  readonly #owns: (fieldsV1: unknown) => boolean;
  readonly #known = new Map<string, boolean>();

  constructor(owns: (fieldsV1: unknown) => boolean) {
    this.#owns = owns;
  }

  /** `bytes`: the JSON, each byte as one character. */
  hasLabelsOrTaints(bytes: string): boolean {
    // Behind a backslash any letter may hide. All else that lacks both words need not be parsed, and that is nearly all.
    if (!bytes.includes('"f:labels"') && !bytes.includes('"f:taints"') && !bytes.includes('\\')) return false;
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const found = this.#parse(bytes);
    this.#known.set(bytes, found);
    return found;
  }

  #parse(bytes: string): boolean {
    try {
      return this.#owns(JSON.parse(Buffer.from(bytes, 'latin1').toString()));
    } catch {
      return false;
    }
  }
}

/** One entry of managedFields after the other. */
export class WireManager {
  #manager = '';
  #at: number | undefined = undefined;
  #isStatus = false;
  #from = 0;
  #to = 0;

  /** Turns to the entry that the present field is. */
  read(wire: Wire): void {
    this.#manager = '';
    this.#at = undefined;
    this.#isStatus = false;
    this.#from = this.#to = 0;
    const mark = wire.enter();
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      if (field === MANAGER.manager) this.#manager = wire.text();
      else if (field === MANAGER.time) this.#at = readWireTime(wire);
      else if (field === MANAGER.subresource) this.#isStatus = wire.isText('status');
      else if (field === MANAGER.fieldsV1) this.#findFields(wire);
    }
    wire.leave(mark);
  }

  /** Its manager if that owns labels or taints and is newer than the editor so far, else that one; inside of the call in which it was read. */
  edit(wire: Wire, editor: Editor | undefined, owned: OwnedFields): Editor | undefined {
    const isNewer = editor === undefined || (this.#at ?? 0) > (editor.at ?? 0);
    if (!isNewer || this.#isStatus || !owned.hasLabelsOrTaints(wire.bytesAt(this.#from, this.#to))) return editor;
    return { manager: this.#manager, at: this.#at };
  }

  #findFields(wire: Wire): void {
    const mark = wire.enter();
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      if (field !== FIELDS_V1.raw) continue;
      this.#from = wire.from;
      this.#to = wire.to;
    }
    wire.leave(mark);
  }
}
