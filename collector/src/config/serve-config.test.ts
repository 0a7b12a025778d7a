import { expect, test } from 'vitest';
import { parseServeConfig } from './serve-config.ts';

const DEFAULTS = {
  kubeconfig: undefined,
  context: undefined,
  policies: [],
  daemonSources: [expect.objectContaining({ name: 'local', kubeconfig: undefined })],
  connections: [],
  discover: false,
  leaderElect: false,
  nodeConditions: false,
  cluster: '',
  collectorNamespace: 'rollcall-system',
  journal: undefined,
  journalPeer: undefined,
  memoryLimitBytes: undefined,
  listen: { host: '127.0.0.1', port: 8090 },
  insecure: false,
  authenticate: undefined,
  tls: undefined,
  logLevel: 'info',
};

test.each<[readonly string[], object]>([
  [[], {}],
  [['--kubeconfig', 'k', '--context=c'], { kubeconfig: 'k', context: 'c' }],
  [['--kubeconfig=', '--context', ''], {}],
  [['--policy', 'a', '--policy=b'], { policies: ['a', 'b'] }],
  [['--policy=-odd'], { policies: ['-odd'] }],
  [['--discover', '--log-level=debug'], { discover: true, logLevel: 'debug' }],
  [['--leader-elect'], { leaderElect: true }],
  [['--connection=l=loki,http://l'], { connections: [expect.objectContaining({ name: 'l', type: 'loki' })] }],
  [['--node-conditions'], { nodeConditions: true }],
  [['--cluster', 'eu-1.a_b'], { cluster: 'eu-1.a_b' }],
  [['--collector-namespace=monitoring'], { collectorNamespace: 'monitoring' }],
  [['--listen', 'localhost:0'], { listen: { host: 'localhost', port: 0 } }],
  [['--listen', '127.1.2.3:65535'], { listen: { host: '127.1.2.3', port: 65_535 } }],
  [['--listen', '[::1]:1'], { listen: { host: '::1', port: 1 } }],
  [['--listen', ':80', '--insecure'], { listen: { host: '0.0.0.0', port: 80 }, insecure: true }],
  [['--listen', '10.0.0.1:80', '--insecure'], { listen: { host: '10.0.0.1', port: 80 }, insecure: true }],
  [['--listen', 'a:1', '--listen', '127.0.0.1:2'], { listen: { host: '127.0.0.1', port: 2 } }],
  [['--'], {}],
  [['--journal', '/var/lib/rollcall/journal.db'], { journal: '/var/lib/rollcall/journal.db' }],
  [['--memory-limit', '512Mi'], { memoryLimitBytes: 512 * 1024 ** 2 }],
  [['--memory-limit=0'], { memoryLimitBytes: Infinity }],
  [['--authenticate'], { authenticate: { audiences: [] } }],
  [
    ['--authenticate', '--auth-audience=rollcall', '--auth-audience', 'x'],
    { authenticate: { audiences: ['rollcall', 'x'] } },
  ],
  [['--tls-cert-file=c', '--tls-private-key-file', 'k'], { tls: { certFile: 'c', keyFile: 'k' } }],
  [
    ['--listen=:80', '--authenticate', '--tls-cert-file=c', '--tls-private-key-file=k'],
    { listen: { host: '0.0.0.0', port: 80 }, authenticate: { audiences: [] }, tls: { certFile: 'c', keyFile: 'k' } },
  ],
  [
    ['--listen=:80', '--authenticate', '--insecure'],
    { listen: { host: '0.0.0.0', port: 80 }, authenticate: { audiences: [] }, insecure: true },
  ],
])('the flags %j are good', (argv, config) => {
  const parsed = parseServeConfig(argv);
  expect(parsed).toEqual({ ok: true, config: { ...DEFAULTS, ...config } });
  expect(parsed.ok && Object.isFrozen(parsed.config)).toBe(true);
});

const NO_ADDRESS = 'is not ADDRESS:PORT; write for example 127.0.0.1:8090 or [::1]:8090';
const OPEN =
  'is not a loopback address and nothing authenticates clients; add --authenticate, --tls-cert-file and --tls-private-key-file, or --insecure if whoever reaches that address may read everything, or listen on 127.0.0.1';

test.each<[readonly string[], readonly string[]]>([
  [['--listen', '8090'], [`--listen: "8090" ${NO_ADDRESS}`]],
  [['--listen='], [`--listen: "" ${NO_ADDRESS}`]],
  [['--listen', '127.0.0.1:65536'], [`--listen: "127.0.0.1:65536" ${NO_ADDRESS}`]],
  [['--listen', '::1:80'], [`--listen: "::1:80" ${NO_ADDRESS}`]],
  [['--listen', ':80'], [`--listen: ":80" ${OPEN}`]],
  [['--listen', '0.0.0.0:80'], [`--listen: "0.0.0.0:80" ${OPEN}`]],
  [['--listen', '127.0.0.1.example.org:80'], [`--listen: "127.0.0.1.example.org:80" ${OPEN}`]],
  [['--listen', ':80', '--tls-cert-file=c', '--tls-private-key-file=k'], [`--listen: ":80" ${OPEN}`]],
  [
    ['--listen', ':80', '--authenticate'],
    [
      '--listen: ":80" is not a loopback address and tokens would cross the network in clear; add --tls-cert-file and --tls-private-key-file, or --insecure if something else encrypts',
    ],
  ],
  [['--tls-cert-file=c'], ['--tls-cert-file: "c" has no key; add --tls-private-key-file']],
  [['--tls-private-key-file=k'], ['--tls-private-key-file: "k" has no certificate; add --tls-cert-file']],
  [['--auth-audience=a'], ['--auth-audience: "a" is for tokens that nobody looks at; add --authenticate']],
  [
    ['--authenticate', '--auth-audience='],
    ['--auth-audience: "" is no audience; name one, or leave it out for that of the API server'],
  ],
  [['--log-level', 'loud'], ['--log-level: "loud" is unknown; use one of debug, info, warn, error']],
  [['--cluster', 'a b'], [`--cluster: "a b" is no name; use 1 to 63 letters, digits, '-', '_' and '.'`]],
  [['--cluster', '-a'], ['--cluster has no value; write --cluster=VALUE']],
  [
    ['--collector-namespace='],
    [`--collector-namespace: "" is no namespace; use 1 to 63 lower-case letters, digits and '-'`],
  ],
  [['--journal='], ['--journal: "" is no path; name a file, or leave it out to keep history in memory only']],
  [['--policy='], ['--policy: "" is no path; name a file or a folder']],
  [['--policy'], ['--policy has no value; write --policy=VALUE']],
  [['--listen', '--insecure'], ['--listen has no value; write --listen=VALUE']],
  [['--insecure=yes'], ['--insecure: "yes" is too much; write --insecure, or leave it out']],
  [['./policies'], ['"./policies" is no flag, and serve takes nothing else; leave it out']],
  [
    ['--polcy', 'x', '-v'],
    [
      '--polcy is unknown; use one of --alertmanager, --kubeconfig, --context, --policy, --connection, --daemon-source, --discover, --leader-elect, --node-conditions, --cluster, --collector-namespace, --journal, --journal-peer, --memory-limit, --listen, --insecure, --authenticate, --auth-audience, --tls-cert-file, --tls-private-key-file, --log-level',
      '"x" is no flag, and serve takes nothing else; leave it out',
      '-v is unknown; use one of --alertmanager, --kubeconfig, --context, --policy, --connection, --daemon-source, --discover, --leader-elect, --node-conditions, --cluster, --collector-namespace, --journal, --journal-peer, --memory-limit, --listen, --insecure, --authenticate, --auth-audience, --tls-cert-file, --tls-private-key-file, --log-level',
    ],
  ],
])('the flags %j are refused', (argv, faults) => {
  expect(parseServeConfig(argv)).toEqual({ ok: false, faults });
});

test('all faults are told at once', () => {
  const argv = [
    '--bogus',
    '--listen',
    'x',
    '--log-level=y',
    '--cluster',
    '.',
    '--discover=no',
    '--policy',
    '',
    'more',
    '--daemon-source',
    'A',
  ];
  const parsed = parseServeConfig(argv);
  const flags = parsed.ok ? [] : parsed.faults.map((fault) => fault.split(/[ :]/)[0]);
  expect(flags).toEqual([
    '--bogus',
    '--discover',
    '"more"',
    '--listen',
    '--log-level',
    '--cluster',
    '--policy',
    '--daemon-source',
  ]);
});
