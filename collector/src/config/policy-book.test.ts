import type { Policy, PolicyCondition } from '@rollcall/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { createPolicyBook, type ConditionedPolicy, type PolicyBook } from './policy-book.ts';
import { readPolicyTexts } from './policy-text.ts';

let book: PolicyBook;
/** What the sink heard, one line each. */
let heard: string[];
let changes: Policy[];
let conditions: (readonly [ConditionedPolicy, PolicyCondition])[];

beforeEach(() => open());

function open(discover = false): void {
  heard = [];
  changes = [];
  conditions = [];
  book = createPolicyBook({
    cluster: 'c1',
    collectorNamespace: 'rollcall-system',
    discover,
    sink: {
      inForce: (changed, gone) => {
        changes.push(...changed);
        for (const policy of gone) heard.push(`- ${describePolicy(policy)}`);
        for (const policy of changed) heard.push(`+ ${describePolicy(policy)}`);
      },
      conditioned: (policy, condition) => {
        conditions.push([policy, condition]);
        heard.push(`${policy.namespace}/${policy.name} ${policy.origin} ${condition.status} ${condition.reason}`);
      },
    },
  });
}

function describePolicy({ policyNamespace, name, origin, namespace, daemonset, team }: Policy): string {
  return `${policyNamespace}/${name} ${origin} for ${namespace}/${daemonset}${team && ` by ${team}`}`;
}

interface Wish {
  readonly name?: string;
  readonly namespace?: string;
  readonly created?: string;
  readonly spec?: object;
  readonly status?: object;
}

function write({
  name = 'a',
  namespace = 'ns',
  created = '2026-01-01T00:00:00Z',
  spec = {},
  status,
}: Wish = {}): object {
  return {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name, namespace, uid: `uid-${name}`, generation: 1, creationTimestamp: created },
    spec: { daemonSet: { name: 'ds' }, ...spec },
    ...(status && { status }),
  };
}

function offer(wish: Wish = {}): void {
  book.api(`uid-${wish.name ?? 'a'}`, write(wish), 0);
}

/** Offers these documents as those of one file, and forgets those of before. */
function offerFile(...wishes: readonly Wish[]): void {
  const documents = wishes.map((wish) => {
    const { metadata, ...rest } = write(wish) as { metadata: { name: string; namespace: string } };
    return JSON.stringify({ ...rest, metadata: { name: metadata.name, namespace: metadata.namespace } });
  });
  const text = documents.join('\n---\n');
  const context = { cluster: 'c1', collectorNamespace: 'rollcall-system' };
  const { accepted, rejected } = readPolicyTexts(wishes.length === 0 ? [] : [{ file: 'f.yaml', text }], context);
  book.files(
    accepted.map(({ policy }) => policy),
    rejected,
  );
}

function rejected(): readonly string[] {
  return book.rejected().map(({ namespace, name, origin, reason, target, message }) => {
    return `${namespace}/${name} ${origin} ${reason} ${target.namespace}/${target.daemonset}: ${message}`;
  });
}

describe('a policy of the API', () => {
  test('comes into force, changes and goes', () => {
    offer();
    offer({ spec: { team: 'x' } });
    book.apiGone('uid-a');
    book.apiGone('uid-a');
    expect(heard).toEqual([
      '+ ns/a API for ns/ds',
      'ns/a API True Evaluated',
      '+ ns/a API for ns/ds by x',
      '- ns/a API for ns/ds by x',
    ]);
  });

  test('whose status alone changes is not told again', () => {
    offer();
    offer({ status: { conditions: [{ type: 'Ready', status: 'True' }], coverage: '99%' } });
    expect(heard).toHaveLength(2);
  });

  test('without a creation time keeps the one of its first sight', () => {
    const { metadata, ...rest } = write() as { metadata: Record<string, unknown> };
    const document = { ...rest, metadata: { ...metadata, creationTimestamp: undefined } };
    book.api('uid-a', document, 5);
    book.api('uid-a', document, 9);
    expect(changes.map(({ createdAt }) => createdAt)).toEqual([5]);
  });

  test('that is invalid is rejected with field, value and mend, and is ready once it is mended', () => {
    offer({ spec: { objectives: [{ sli: 'coverage', target: 101 }] } });
    const fault = 'spec.objectives[0].target: 101: is above 99.999; write 99.999 or less';
    expect(conditions.map(([, { message }]) => message)).toEqual([fault]);
    expect(rejected()).toEqual([`ns/a API Invalid ns/ds: ${fault}`]);
    offer();
    expect(heard).toEqual(['ns/a API False Invalid', '+ ns/a API for ns/ds', 'ns/a API True Evaluated']);
    expect(rejected()).toEqual([]);
  });

  test('that becomes invalid stays in force as it was, and says so', () => {
    offer({ spec: { team: 'x' } });
    offer({ spec: { team: 7 } });
    expect(heard.slice(2)).toEqual(['ns/a API False Invalid']);
    expect(rejected()[0]).toMatch(/spec\.team: 7: .*; the version before it stays in force$/);
    offer({ spec: { team: 'y' } });
    expect(heard.slice(3)).toEqual(['+ ns/a API for ns/ds by y', 'ns/a API True Evaluated']);
  });

  test('that is rejected for something else says so anew, and for the same only once', () => {
    offer({ spec: { team: 7 } });
    offer({ spec: { team: 7 }, status: {} });
    offer({ spec: { team: 8 } });
    expect(heard).toEqual(['ns/a API False Invalid', 'ns/a API False Invalid']);
  });

  test('keeps its generation and its status as they came, whether it is in force or not', () => {
    offer({ name: 'a', status: { conditions: 'none' } });
    offer({ name: 'b' });
    offer({ name: 'a', spec: { team: 7 } });
    const names = book.applied().map(({ uid, name, generation, status }) => ({ uid, name, generation, status }));
    expect(names).toEqual([
      { uid: 'uid-a', name: 'a', generation: 1, status: undefined },
      { uid: 'uid-b', name: 'b', generation: 1, status: undefined },
    ]);
    book.apiGone('uid-a');
    expect(book.applied()).toHaveLength(1);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'policy'],
    ['metadata of the wrong type', { metadata: 7, spec: { daemonSet: 7 } }],
    ['prototype keys', JSON.parse('{"__proto__": {"metadata": {"name": "x"}}, "constructor": 1}')],
  ])('that is %s is rejected without a name, and no other suffers', (_, document) => {
    offer();
    book.api('uid-bad', document, 0);
    expect(book.rejected()).toMatchObject([{ uid: 'uid-bad', name: '', namespace: '' }]);
    expect(changes).toHaveLength(1);
  });

  test('whose message is longer than the CRD allows is cut in the condition only', () => {
    offer({ spec: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`unknown-field-${n}`, n])) });
    expect(conditions[0]?.[1].message).toHaveLength(32_768);
    expect(book.rejected()[0]?.message.length).toBeGreaterThan(32_768);
  });
});

describe('of two policies for one DaemonSet', () => {
  const second = { name: 'b', created: '2026-01-02T00:00:00Z' };

  test('the younger of the API is in conflict until the older goes', () => {
    offer(second);
    offer();
    expect(heard).toEqual([
      '+ ns/b API for ns/ds',
      'ns/b API True Evaluated',
      '- ns/b API for ns/ds',
      '+ ns/a API for ns/ds',
      'ns/b API False Conflict',
      'ns/a API True Evaluated',
    ]);
    expect(rejected()).toEqual([
      'ns/b API Conflict ns/ds: the DaemonSet ns/ds already has the policy ns/a (API); delete one of the two',
    ]);
    book.apiGone('uid-a');
    expect(heard.slice(6)).toEqual(['- ns/a API for ns/ds', '+ ns/b API for ns/ds', 'ns/b API True Evaluated']);
  });

  test('one that is invalid too is rejected once, for that', () => {
    offer(second);
    offer();
    offer({ ...second, spec: { team: 7 } });
    expect(book.rejected().map(({ reason }) => reason)).toEqual(['Invalid']);
  });

  test('that of a file yields to the API, and says so once', () => {
    offerFile({ name: 'f' });
    offer();
    offer({ spec: { team: 'x' } });
    expect(heard).toEqual([
      '+ ns/f File for ns/ds',
      '- ns/f File for ns/ds',
      '+ ns/a API for ns/ds',
      'ns/a API True Evaluated',
      'ns/f File False Conflict',
      '+ ns/a API for ns/ds by x',
    ]);
    expect(rejected()).toEqual([expect.stringContaining('ns/f File Conflict ns/ds: ')]);
    book.apiGone('uid-a');
    expect(rejected()).toEqual([]);
    offer();
    expect(heard.at(-1)).toBe('ns/f File False Conflict');
  });

  test('a discovered one yields in silence', () => {
    open(true);
    book.daemonSets([{ namespace: 'ns', daemonset: 'ds' }]);
    offer();
    book.apiGone('uid-a');
    expect(heard).toEqual([
      '+ ns/ds Discover for ns/ds',
      '- ns/ds Discover for ns/ds',
      '+ ns/a API for ns/ds',
      'ns/a API True Evaluated',
      '- ns/a API for ns/ds',
      '+ ns/ds Discover for ns/ds',
    ]);
    expect(rejected()).toEqual([]);
  });
});

describe('policies of files', () => {
  test('come into force, and one that is rejected names its place and says so once', () => {
    offerFile({ name: 'f' }, { name: 'g', spec: { daemonSet: { name: 'other', namespace: 'far' } } });
    offerFile({ name: 'f' }, { name: 'g', spec: { daemonSet: { name: 'other', namespace: 'far' } } });
    expect(heard.slice(0, 2)).toEqual(['+ ns/f File for ns/ds', 'ns/g File False Invalid']);
    expect(rejected()[0]).toMatch(
      /^ns\/g File Invalid far\/other: f\.yaml:2 spec\.daemonSet\.namespace: "far": is not the policy's own namespace/,
    );
    offerFile();
    expect(rejected()).toEqual([]);
    offerFile({ name: 'g', spec: { team: 7 } });
    expect(heard.at(-1)).toBe('ns/g File False Invalid');
  });

  test('may be about a DaemonSet of another namespace if they are in the collector’s', () => {
    offerFile({ namespace: 'rollcall-system', spec: { daemonSet: { name: 'ds', namespace: 'far' } } });
    expect(heard).toEqual(['+ rollcall-system/a File for far/ds']);
  });

  test('say that the version before stays in force where it does', () => {
    const [fault] = readPolicyTexts([{ file: 'f.yaml', text: '{' }], { cluster: '', collectorNamespace: '' }).rejected;
    if (fault === undefined) throw new Error('that text was taken for a policy');
    book.files([], [{ ...fault, inForce: ['ns/a'] }]);
    expect(rejected()[0]).toMatch(
      /^\/ File Invalid \/: f\.yaml:1 is not YAML .*; the version before it stays in force$/,
    );
  });
});

describe('with --discover', () => {
  beforeEach(() => open(true));
  const found = (...names: readonly string[]): void =>
    book.daemonSets(names.map((daemonset) => ({ namespace: 'ns', daemonset })));

  test('policies come and go with the DaemonSets, and stay the same objects between', () => {
    found('x', 'y');
    found('x', 'y', 'z');
    found('y', 'z');
    expect(heard).toEqual([
      '+ ns/x Discover for ns/x',
      '+ ns/y Discover for ns/y',
      '+ ns/z Discover for ns/z',
      '- ns/x Discover for ns/x',
    ]);
  });

  test('a DaemonSet that is told twice has one policy', () => {
    found('x', 'x');
    expect(heard).toEqual(['+ ns/x Discover for ns/x']);
  });
});

test('without --discover names of DaemonSets say nothing', () => {
  book.daemonSets([{ namespace: 'ns', daemonset: 'x' }]);
  expect(heard).toEqual([]);
});
