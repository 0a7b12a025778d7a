/** The rules of the house that no linter brings along, as a plugin for oxlint. */

interface SyntaxNode {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly body?: readonly SyntaxNode[];
  readonly kind?: string;
  readonly declaration?: SyntaxNode | null;
  readonly superClass?: { readonly name?: string } | null;
}

interface SourceComment {
  readonly type: string;
  readonly value: string;
  readonly range: readonly [number, number];
}

interface Context {
  readonly filename: string;
  readonly sourceCode: { readonly getAllComments: () => readonly SourceComment[] };
  report(fault: { readonly node: SyntaxNode; readonly message: string }): void;
  report(fault: { readonly loc: typeof FIRST_LINE; readonly message: string }): void;
}

type Visitor = Readonly<Record<string, (node: SyntaxNode) => void>>;

const FIRST_LINE = { start: { line: 1, column: 0 }, end: { line: 1, column: 1 } };
const VAGUE = /(^|[/.-])(utils?|helpers?|common|managers?|services?)([/.-]|$)/;

/** One rule a name; each says in its message what to do instead. */
const rules = {
  'no-export-star': rule((context) => ({
    ExportAllDeclaration: (node) => context.report({ node, message: 'Name what this door shows.' }),
  })),
  'module-comment': rule((context) => ({
    Program: (program) => {
      const first = program.body?.[0];
      if (first === undefined || commentsBefore(context, first).length > 0) return;
      context.report({ node: first, message: 'Say in one sentence at the top what this module is.' });
    },
  })),
  'export-comment': rule((context) => ({ Program: (program) => reportUndocumented(context, program) })),
  'no-inheritance': rule((context) => ({
    ClassDeclaration: (node) => {
      if (!node.superClass || node.superClass.name?.endsWith('Error')) return;
      context.report({ node, message: 'Pass in what differs; only errors extend.' });
    },
  })),
  'no-ambient-state': rule((context) => ({
    Program: (program) => {
      for (const node of statements(program))
        if (node.type === 'VariableDeclaration' && node.kind !== 'const')
          context.report({ node, message: 'Hand this state to its one owner.' });
    },
  })),
  'no-import-effect': rule((context) => ({
    Program: (program) => {
      for (const node of statements(program))
        if (node.type === 'ExpressionStatement') context.report({ node, message: 'Move it into a function.' });
    },
  })),
  'using-in-tests': rule((context) => ({
    VariableDeclaration: (node) => {
      if (node.kind?.endsWith('using')) context.report({ node, message: 'Let the owner stop it.' });
    },
  })),
  'telling-name': rule((context) => ({
    Program: () => {
      const path = context.filename.split('/').slice(-4).join('/');
      if (VAGUE.test(path)) context.report({ loc: FIRST_LINE, message: `Name it after what it does: ${path}.` });
    },
  })),
  'no-directive': rule((context) => ({
    Program: () => {
      // Reported above the directive itself, which would else switch this rule off too.
      for (const { value } of context.sourceCode.getAllComments())
        if (/^\s*(oxlint|eslint)-(disable|enable)/.test(value))
          context.report({ loc: FIRST_LINE, message: `Mend the code, or the rule for all: ${value.trim()}.` });
    },
  })),
};

export default { meta: { name: 'house' }, rules };

function rule(create: (context: Context) => Visitor): { create: (context: Context) => Visitor } {
  return { create };
}

function reportUndocumented(context: Context, { body = [] }: SyntaxNode): void {
  for (const [index, node] of body.entries()) {
    if (node.type !== 'ExportNamedDeclaration' || !node.declaration) continue;
    const end = body[index - 1]?.range[1] ?? 0;
    const comments = commentsBefore(context, node).filter(({ range }) => range[0] >= end);
    // The topmost comment speaks for the module, not for the export below it, unless that is all there is.
    const own = index === 0 && body.length > 1 ? comments.slice(1) : comments;
    if (!own.some(isDocumentation))
      context.report({ node, message: 'Say what it is: units, range, errors, who owns it.' });
  }
}

function isDocumentation({ type, value }: SourceComment): boolean {
  return type === 'Block' && value.startsWith('*');
}

function commentsBefore(context: Context, node: SyntaxNode): SourceComment[] {
  return context.sourceCode.getAllComments().filter(({ range }) => range[1] <= node.range[0]);
}

function statements(program: SyntaxNode): SyntaxNode[] {
  return (program.body ?? []).map((node) => node.declaration ?? node);
}
