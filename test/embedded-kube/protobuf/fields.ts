/** The fields of Kubernetes' messages, from the generated table. */
import { KUBERNETES_FIELDS } from './kubernetes-fields.ts';

/** One field of a message. */
export interface Field {
  readonly name: string;
  readonly number: number;
  /** `*` repeated, `%` a map with text keys, `~` a message whose fields JSON has in place of it. */
  readonly mark: string;
  readonly type: string;
}

/** The fields of a message. */
export interface Fields {
  /** By their numbers, as Go writes them. */
  readonly inOrder: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
  /** What may stand in its JSON: the names of its fields, and of those that it has in place of a message. */
  readonly names: ReadonlySet<string>;
}

const known = new Map<string, Fields>();

/** Whether Kubernetes has a message of that name: custom resources have none. */
export function hasMessage(name: string): boolean {
  return Object.hasOwn(KUBERNETES_FIELDS, name);
}

/** The fields of a message. Throws if there is none of that name. */
export function fieldsOf(message: string): Fields {
  const there = known.get(message);
  if (there !== undefined) return there;
  const text = hasMessage(message) ? KUBERNETES_FIELDS[message] : undefined;
  if (text === undefined) throw new Error(`${message} is none of Kubernetes' protobuf messages`);
  const fields = text.split(' ').map(readField);
  const names = fields.flatMap(({ name, mark, type }) => (mark === '~' ? [...fieldsOf(type).names] : [name]));
  const made: Fields = {
    inOrder: fields.toSorted((one, other) => one.number - other.number),
    byNumber: new Map(fields.map((field) => [field.number, field])),
    names: new Set(names),
  };
  known.set(message, made);
  return made;
}

function readField(text: string): Field {
  const [, name = '', number, mark = '', type = ''] = /^(\w+)=(\d+):([*%~]?)(\w+)$/.exec(text) ?? [];
  return { name, number: Number(number), mark, type };
}
