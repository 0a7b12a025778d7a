/** `rollcall serve`: watches a cluster and serves its answers until it is interrupted. */
import { pino } from 'pino';
import { parseServeConfig } from '../config/serve-config.ts';
import { EXIT, type Command } from './command.ts';
import { startCollector } from './start-collector.ts';
import { startTracing } from './start-tracing.ts';
import { systemTimers } from './system-clock.ts';
import { VERSION } from './version.ts';

const HELP = `Watch a cluster and serve /metrics, /healthz, /readyz and /api/v1/coverage.

Examples:
  # Every DaemonSet of the current context, with the scope inferred from its template
  rollcall serve --discover

  # The policies of a folder, reloaded when they change; DaemonCoverages of the cluster count always
  rollcall serve --policy ./policies

Options:
      --alertmanager=''                   URL[,token-file=FILE][,ca-file=FILE]: silence there what maintenance windows make moot
      --auth-audience=[]                  audience that tokens must be made for; default: the API server's own
      --authenticate=false                ask the API server who a client is and whether it may (TokenReview, SubjectAccessReview)
      --cluster=''                        name of the cluster: the 'cluster' label of every policy's series
      --collector-namespace='rollcall-system'
                                          policies in this namespace may select DaemonSets of others; the Lease lies here
      --connection=[]                     NAME=prometheus|loki,URL[,token-file=FILE][,ca-file=FILE][,tenant=ID]: a backend of
                                          telemetry that policies ask by NAME; may be given several times
      --context=''                        the kubeconfig context to use
      --daemon-source=[]                  NAME=KUBECONFIG[,context=CONTEXT][,workload-id-prefix=PREFIX]
                                          [,label-selector=SELECTOR][,metadata=KEY=VALUE]: where the Daemons live that
                                          policies ask for by NAME, and which count; without KUBECONFIG in the API server
                                          that is watched anyway, as those of 'local' do; may be given several times
      --discover=false                    watch every DaemonSet that has no policy, with the inferred scope
      --insecure=false                    allow a --listen address that others can reach without --authenticate or without TLS
      --kubeconfig=''                     path to the kubeconfig; default $KUBECONFIG, ~/.kube/config, in-cluster
      --leader-elect=false                share the work with other replicas by the Lease rollcall in the collector's namespace:
                                          only the leader's counters move, and only it shows gauges and writes status
      --listen='127.0.0.1:8090'           ADDRESS:PORT to listen on; port 0 takes a free one
      --log-level='info'                  debug, info, warn or error
      --journal=''                        file to keep history in over restarts: transitions for 30 days, hourly totals for 400;
                                          default: in memory only. Each replica needs its own
      --journal-peer=''                   URL[,token-file=FILE][,certificate-authority=FILE][,tls-server-name=NAME]: another replica, or a
                                          name with the addresses of all, whose hourly totals are fetched into the journal
      --memory-limit=''                   resident memory that it may have, such as 512Mi; history is shed from four fifths of it on,
                                          answers never; 0 for none; default: nine tenths of what the control group allows
      --policy=[]                         file or folder with DaemonCoverage policies; may be given several times
      --tls-cert-file=''                  PEM certificate (chain) to serve HTTPS with; read again when it changes
      --tls-private-key-file=''           its key

With OTEL_EXPORTER_OTLP_ENDPOINT in the environment it sends traces there; see docs/tracing.md.

Usage:
  rollcall serve [options]
`;

/** The command. Exits 0 after an interrupt, 2 for bad flags, 3 when it cannot start. */
export const serve: Command = {
  name: 'serve',
  summary: 'Watch a cluster and serve its coverage',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parseServeConfig(argv);
    if (!parsed.ok) {
      for (const fault of parsed.faults) io.err(`error: ${fault}\n`);
      io.err("See 'rollcall serve --help' for usage.\n");
      return EXIT.usage;
    }
    const { config } = parsed;
    const log = pino({ level: config.logLevel }, { write: io.out });
    const { cluster } = config;
    const tracing = await startTracing({ env: io.env, log, version: VERSION, cluster, timers: systemTimers });
    try {
      const { spans } = tracing;
      const collector = await startCollector({ config, env: io.env, log, version: VERSION, spans });
      await aborted(io.signal);
      await collector.stop();
      return EXIT.ok;
    } catch (error) {
      io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unreachable;
    } finally {
      await tracing.stop();
    }
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
