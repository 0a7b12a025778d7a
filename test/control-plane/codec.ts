/** Kubernetes' own protobuf, by the Go program in kubernetes/codec: what it writes, and what it makes of what others wrote. */
import { text } from 'node:stream/consumers';
import { ensureBinaries } from './build.ts';
import { feedProgram } from './feed-program.ts';

/** An object as JSON has it, and in protobuf with its envelope. */
export interface CodedPair {
  readonly object: unknown;
  readonly protobuf: Buffer;
}

/** What is written: a watch that adds each object, or one list of a kind's objects (Node or Pod), at resourceVersion 1. */
export type GoBody = readonly ['watch'] | readonly ['list', 'Node' | 'Pod'];

/** The body of a watch or list as kube-apiserver writes it. Throws for an object that Kubernetes' types do not take, with its line. */
export async function encodeInGo(
  body: GoBody,
  objects: Iterable<unknown>,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const { codec } = await ensureBinaries();
  await feedProgram({ path: codec, args: body, lines: objects }, async (output) => {
    for await (const chunk of output) onChunk(chunk as Buffer);
  });
}

/** How many pairs Go was given, each of which it reads as one and the same object from both. Throws at the first that differs, with both. */
export async function verifyInGo(pairs: Iterable<CodedPair>): Promise<number> {
  const { codec } = await ensureBinaries();
  return Number(await feedProgram({ path: codec, args: ['verify'], lines: toLines(pairs) }, text));
}

function* toLines(pairs: Iterable<CodedPair>): Generator<unknown> {
  for (const { object, protobuf } of pairs) yield { object, protobuf: protobuf.toString('base64') };
}
