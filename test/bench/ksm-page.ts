/** The page about kube-state-metrics: what it would take to ask it rollcall's question, and how the answers differ. */
import { QUESTION_LABELS, QUESTIONS } from './ksm-question.ts';

/** Both answers at the end of one scene. */
export interface SceneAnswer {
  readonly title: string;
  readonly peer: Answer;
  readonly rollcall: Answer & { readonly unobserved: number };
}

interface Answer {
  readonly expected: number;
  readonly covered: number;
  /** Each node that is not covered, and why. */
  readonly why: readonly string[];
}

/** The rules as the page shows them. */
export function describeRules(): string {
  const rules = QUESTIONS.map(({ record, asks, expr }) => {
    const indented = expr.replaceAll('\n', '\n    ');
    return `# ${asks}\n- record: ${record}\n  expr: |\n    ${indented}`;
  });
  return ['```yaml', ...rules, '```'].join('\n');
}

/** The whole page. */
export function describeAnswers(answers: readonly SceneAnswer[]): string {
  const rows = answers.map(({ title, peer, rollcall }) => {
    const { expected, covered, unobserved } = rollcall;
    const ours = [`${covered} of ${expected}`, ...(unobserved === 0 ? [] : [`${unobserved} unobserved`])].join(', ');
    return [title, `${peer.covered} of ${peer.expected}`, say(peer.why), ours, say(rollcall.why)];
  });
  const head = ['scene', 'kube-state-metrics', 'why not', 'rollcall', 'why not'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [HEAD, describeRules(), ANSWERS, ...table, '', FOOT].join('\n');
}

function say(why: readonly string[]): string {
  return why.length <= MOST_NAMED
    ? why.join(', ')
    : `${why.slice(0, MOST_NAMED).join(', ')} and ${why.length - MOST_NAMED} more`;
}

const MOST_NAMED = 2;

const HEAD = `<!-- generated, do not edit: make peers -->

# What it would take to ask kube-state-metrics

kube-state-metrics 2.18 exports what the API says of each object; Prometheus then joins and counts. For one DaemonSet that question is
the rules below. They hold for that DaemonSet only: its \`nodeSelector\` and its tolerations are copied into PromQL by hand, and
kube-state-metrics must be started with \`--metric-labels-allowlist=nodes=[${QUESTION_LABELS.join()}]\`. How it is measured
beside rollcall stands in [performance.md](performance.md).
`;

const ANSWERS = `
## The answers, scene by scene

Both watch the same API server (\`test/bench/ksm-answers.ts\`), six nodes at first; Prometheus scrapes and evaluates each second. Covered of expected:
`;

const FOOT = `What the rules cannot see:

- **A node that drops out of the selector.** It is in no count any more, so that coverage stays at 100 %; the DaemonSet's own
  \`desiredNumberScheduled\` shrinks with it. Rollcall remembers for 24 hours who was in scope.
- **Who is excused.** A node that boots counts as uncovered from its first second on, unless the rules learn about its age, its taints and a cap on both.
- **Blindness.** When the API server is away kube-state-metrics goes on telling what it saw last; nothing in these families says so.
- **A new template.** Rules with last week's selector count last week's nodes.
- **Time.** Node-seconds are a sum over scrapes; what happens between two, or while Prometheus is away, is not in it.
`;
