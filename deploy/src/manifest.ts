/** What a manifest is, and how it is written down. */
import { Document, isMap, isNode, isScalar } from 'yaml';

/** A Kubernetes object, or a Kustomization. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** A remark for whoever reads the file, above the field at `path`; the root's when the path is empty. */
export interface Remark {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** The first line of every rendered file. */
const MARK = 'generated, do not edit: make generate';

/** YAML of a manifest, with its remarks. Throws when a remark is about a field that is not there. */
export function renderManifest(manifest: Manifest, remarks: readonly Remark[] = []): string {
  const document = new Document(manifest, { aliasDuplicateObjects: false });
  document.commentBefore = ` ${MARK}`;
  for (const { path, text } of remarks) remark(document, path, text);
  return document.toString({ lineWidth: 0 });
}

function remark(document: Document, path: Remark['path'], text: string): void {
  const comment = text.replace(/^/gm, ' ');
  if (path.length === 0) {
    document.commentBefore = ` ${MARK}\n${comment}`;
    return;
  }
  const node = findNode(document, path);
  if (!isNode(node)) throw new Error(`there is no ${path.join('.')} to remark on`);
  node.commentBefore = comment;
}

// Of a field the key, so that the remark stands above it and not between it and its value.
function findNode(document: Document, path: Remark['path']): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return document.getIn(path, true);
  return parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))?.key;
}
