/** The selectors of a PromQL expression, by the parser of Prometheus' own web page. */
import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';

/** One vector selector: the metric's name, and the labels that it matches on. */
export interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
}

/** What an expression selects; variables must be filled. Throws where it is no PromQL, with the place. */
export function readSelectors(expr: string): readonly Selector[] {
  const selectors: Selector[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, node }) => {
      if (type.isError) throw new Error(`no PromQL from "${expr.slice(from, from + 30)}" on: ${expr}`);
      if (type.name === 'VectorSelector') selectors.push(readSelector(node, expr));
    },
  });
  return selectors;
}

function readSelector(node: SyntaxNode, expr: string): Selector {
  const text = ({ from, to }: SyntaxNode): string => expr.slice(from, to);
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const labels = matchers.flatMap((matcher) => matcher.getChildren('LabelName').map(text));
  return { name: name === null ? '' : text(name), labels };
}
