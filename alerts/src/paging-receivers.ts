/** Receivers as Alertmanager's file and as the objects of the Prometheus Operator have them: the same templates, secrets by file or by Secret. */
import { keyOf, type Occasion, type Paging, type PagingReceiver } from './paging.ts';

/** The receiver of what nobody is to be told. */
export const NOBODY = 'rollcall-nobody';

/** The name of a receiver in the configuration. */
export function nameReceiver(receiver: Pick<PagingReceiver, 'for' | 'owner' | 'team'>): string {
  return `rollcall-${keyOf(receiver)}`;
}

/** The receivers for an occasion, those of more labels first: who is named most exactly is told. */
export function findReceivers({ receivers }: Paging, occasion: Occasion): readonly PagingReceiver[] {
  const labels = ({ owner, team }: PagingReceiver): number => Number(owner !== undefined) + Number(team !== undefined);
  return receivers.filter((one) => one.for === occasion).toSorted((a, b) => labels(b) - labels(a));
}

/** All receivers as a configuration file has them. */
export function listReceivers({ receivers }: Paging): readonly object[] {
  return [{ name: NOBODY }, ...receivers.map(describeReceiver)];
}

const TITLE = '{{ template "rollcall.title" . }}';
const TEXT = '{{ template "rollcall.text" . }}';
const RUNBOOK = '{{ template "rollcall.runbook" . }}';

/** What PagerDuty shows beside the title; the names are ours. */
const DETAILS = {
  impact: '{{ template "rollcall.impact" . }}',
  reasons: '{{ template "rollcall.reasons" . }}',
  nodes: '{{ template "rollcall.nodes" . }}',
  budget: '{{ template "rollcall.budget" . }}',
  runbook: RUNBOOK,
  alerts: TEXT,
};
const URGENCY =
  '{{ if eq .CommonLabels.priority "P1" }}critical{{ else if eq .CommonLabels.severity "page" }}error{{ else }}warning{{ end }}';
const DAEMON = '{{ .GroupLabels.namespace }}/{{ .GroupLabels.daemonset }}';
const COLOR =
  '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "page" }}danger{{ else }}warning{{ end }}';
const HTML = '{{ template "rollcall.html" . }}';

function describeReceiver(receiver: PagingReceiver): object {
  const { slack, pagerduty, email, webhook } = receiver;
  return {
    name: nameReceiver(receiver),
    ...(slack && { slack_configs: [describeSlack(slack)] }),
    ...(pagerduty && { pagerduty_configs: [describePagerDuty(pagerduty)] }),
    ...(email && {
      email_configs: [{ send_resolved: true, to: email.to, headers: { Subject: TITLE }, text: TEXT, html: HTML }],
    }),
    ...(webhook && {
      webhook_configs: [
        { send_resolved: true, ...(webhook.url === undefined ? { url_file: webhook.urlFile } : { url: webhook.url }) },
      ],
    }),
  };
}

type To<Way extends 'slack' | 'pagerduty'> = NonNullable<PagingReceiver[Way]>;

function describeSlack({ urlFile, channel }: To<'slack'>): object {
  return {
    send_resolved: true,
    api_url_file: urlFile,
    ...(channel !== undefined && { channel }),
    color: COLOR,
    title: TITLE,
    title_link: RUNBOOK,
    text: TEXT,
    fallback: TITLE,
  };
}

function describePagerDuty({ routingKeyFile, url }: To<'pagerduty'>): object {
  return {
    send_resolved: true,
    routing_key_file: routingKeyFile,
    ...(url !== undefined && { url }),
    description: TITLE,
    severity: URGENCY,
    client: 'Rollcall',
    client_url: RUNBOOK,
    component: DAEMON,
    details: DETAILS,
  };
}

/** All receivers as an AlertmanagerConfig has them. Throws for a file whose path names no Secret. */
export function listObjectReceivers(paging: Paging): readonly object[] {
  return [{ name: NOBODY }, ...paging.receivers.map((one) => describeObjectReceiver(one, paging))];
}

function describeObjectReceiver(receiver: PagingReceiver, paging: Paging): object {
  const { slack, pagerduty, email, webhook } = receiver;
  return {
    name: nameReceiver(receiver),
    ...(slack && { slackConfigs: [describeObjectSlack(slack)] }),
    ...(pagerduty && { pagerdutyConfigs: [describeObjectPagerDuty(pagerduty)] }),
    ...(email && { emailConfigs: [describeObjectEmail(email.to, paging)] }),
    ...(webhook && {
      webhookConfigs: [
        {
          sendResolved: true,
          ...(webhook.urlFile === undefined ? { url: webhook.url } : { urlSecret: secretOf(webhook.urlFile) }),
        },
      ],
    }),
  };
}

function describeObjectSlack({ urlFile, channel }: To<'slack'>): object {
  return {
    sendResolved: true,
    apiURL: secretOf(urlFile),
    ...(channel !== undefined && { channel }),
    color: COLOR,
    title: TITLE,
    titleLink: RUNBOOK,
    text: TEXT,
    fallback: TITLE,
  };
}

function describeObjectPagerDuty({ routingKeyFile, url }: To<'pagerduty'>): object {
  return {
    sendResolved: true,
    routingKey: secretOf(routingKeyFile),
    ...(url !== undefined && { url }),
    description: TITLE,
    severity: URGENCY,
    client: 'Rollcall',
    clientURL: RUNBOOK,
    component: DAEMON,
    details: Object.entries(DETAILS).map(([key, value]) => ({ key, value })),
  };
}

function describeObjectEmail(to: string, { smtp }: Paging): object {
  return {
    sendResolved: true,
    to,
    ...(smtp && {
      smarthost: smtp.smarthost,
      from: smtp.from,
      requireTLS: smtp.requireTls,
      ...(smtp.username !== undefined && { authUsername: smtp.username }),
      ...(smtp.passwordFile !== undefined && { authPassword: secretOf(smtp.passwordFile) }),
    }),
    headers: [{ key: 'Subject', value: TITLE }],
    text: TEXT,
    html: HTML,
  };
}

/** The operator mounts Secrets at …/NAME/KEY; the same path names them here. */
function secretOf(file: string): { readonly name: string; readonly key: string } {
  const [key = '', name = ''] = file.split('/').toReversed();
  if (key === '' || name === '') throw new Error(`${file}: has no …/SECRET/KEY at its end, which an object needs`);
  return { name, key };
}
