import { describe, expect, it } from 'vitest';
import { findTarget, type TargetFlags } from './find-target.ts';
import { CA_CERT } from '../test-certificates.ts';
import { createFakeFiles } from '../test-files.ts';

const CA_DATA = Buffer.from(CA_CERT).toString('base64');

const HOME_CONFIG = `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: east
  cluster: { server: "https://east:6443/", certificate-authority: pki/ca.crt }
- name: west
  cluster: { server: "https://west:6443/k8s/clusters/c1", tls-server-name: api.west, insecure-skip-tls-verify: true }
contexts:
- name: one
  context: { cluster: east, user: admin, namespace: team-a }
- name: two
  context: { cluster: west, user: robot }
users:
- name: admin
  user: { client-certificate: admin.crt, client-key: /keys/admin.key }
- name: robot
  user: { token: static, tokenFile: robot.token, as: someone, as-groups: [a, b], as-user-extra: { "x/y": [z] } }
`;

function find(
  files: Record<string, string>,
  flags: TargetFlags & { kubeconfig?: string } = {},
  env: Record<string, string> = { HOME: '/home/me' },
) {
  return findTarget({ ...flags, env, readFile: createFakeFiles(files) });
}

function config(text: string): Record<string, string> {
  return { '/home/me/.kube/config': text };
}

describe('the target of a kubeconfig', () => {
  it('is the current context of ~/.kube/config, its paths beside the file', async () => {
    expect(await find(config(HOME_CONFIG))).toMatchObject({
      server: new URL('https://east:6443/'),
      namespace: 'team-a',
      ca: { path: '/home/me/.kube/pki/ca.crt' },
      insecure: false,
      proxy: undefined,
      user: {
        certificate: { cert: { path: '/home/me/.kube/admin.crt' }, key: { path: '/keys/admin.key' } },
        token: undefined,
      },
    });
  });

  it('is another context when --context names one: a token file wins over a token, impersonation is kept', async () => {
    expect(await find(config(HOME_CONFIG), { context: 'two' })).toMatchObject({
      server: new URL('https://west:6443/k8s/clusters/c1'),
      namespace: 'default',
      ca: undefined,
      insecure: true,
      serverName: 'api.west',
      user: {
        token: { path: '/home/me/.kube/robot.token' },
        headers: { 'Impersonate-User': 'someone', 'Impersonate-Group': ['a', 'b'], 'Impersonate-Extra-x%2Fy': ['z'] },
      },
    });
  });

  it('is changed by every flag', async () => {
    const flags = {
      cluster: 'west',
      user: 'robot',
      namespace: 'n',
      server: 'http://other:1',
      token: 't',
      certificateAuthority: 'my.crt',
      clientCertificate: 'c.crt',
      clientKey: 'c.key',
      insecureSkipTlsVerify: false,
      tlsServerName: 's',
    };
    expect(await find(config(HOME_CONFIG), flags)).toMatchObject({
      server: new URL('http://other:1'),
      namespace: 'n',
      ca: { path: 'my.crt' },
      insecure: false,
      serverName: 's',
      user: { token: { text: 't' }, certificate: { cert: { path: 'c.crt' }, key: { path: 'c.key' } } },
    });
  });

  it('needs no kubeconfig beside --server', async () => {
    expect(await find({}, { server: 'http://127.0.0.1:8001' }, {})).toMatchObject({
      server: new URL('http://127.0.0.1:8001'),
      namespace: 'default',
    });
  });

  it('trusts the data in the kubeconfig rather than a file', async () => {
    const text = `{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: "https://k", certificate-authority: no.crt, certificate-authority-data: ${CA_DATA}}}]}`;
    expect((await find(config(text))).ca).toEqual({ text: CA_CERT });
  });

  it('takes the proxy of the cluster over that of the environment', async () => {
    const cluster = (proxy: string) =>
      config(
        `{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: "https://k", ${proxy}}}]}`,
      );
    const env = { HOME: '/home/me', HTTPS_PROXY: 'env:3128' };
    expect((await find(cluster('proxy-url: "http://own:1"'), {}, env)).proxy).toBe('http://own:1');
    expect((await find(cluster(''), {}, env)).proxy).toBe('http://env:3128');
  });
});

describe('several kubeconfig files', () => {
  const files = {
    '/a': '{clusters: [{name: k, cluster: {server: "https://a"}}], users: [{name: u, user: {token: a}}]}',
    '/b': '{current-context: c, clusters: [{name: k, cluster: {server: "https://b", tls-server-name: b}}], contexts: [{name: c, context: {cluster: k, user: v}}], users: [{name: v, user: {token: b}}]}',
    '/c': '{current-context: gone}',
    ...config(HOME_CONFIG),
  };

  it('are merged: the first to name a thing gives all of it, missing files are passed over', async () => {
    const target = await find(files, {}, { HOME: '/home/me', KUBECONFIG: '/a:/missing::/b:/c' });
    expect(target).toMatchObject({
      server: new URL('https://a'),
      serverName: undefined,
      user: { token: { text: 'b' } },
    });
  });

  it('yield to --kubeconfig, which must be there', async () => {
    const env = { KUBECONFIG: '/a' };
    expect((await find(files, { kubeconfig: '/b' }, env)).server.href).toBe('https://b/');
    await expect(find(files, { kubeconfig: '/missing' }, env)).rejects.toThrow(
      '/missing: the kubeconfig cannot be read',
    );
  });
});

describe('the target of a pod', () => {
  const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
  const pod = { [`${MOUNT}/namespace`]: 'rollcall\n' };

  it('is the API server of its environment with its service account', async () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HOME: '/root' };
    expect(await find(pod, {}, env)).toMatchObject({
      server: new URL('https://[fd00::1]:443'),
      namespace: 'rollcall',
      ca: { path: `${MOUNT}/ca.crt` },
      user: { token: { path: `${MOUNT}/token` } },
    });
  });

  it('yields to a kubeconfig that names a server', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', HOME: '/home/me' };
    expect((await find({ ...pod, ...config(HOME_CONFIG) }, {}, env)).server.hostname).toBe('east');
  });

  it('is refused with the mend when there is no service account', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    await expect(find({}, {}, env)).rejects.toThrow(/namespace cannot be read: give the pod a service account/);
  });
});

describe('a wrong kubeconfig is refused with file, field, value and mend:', () => {
  const head = 'current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n';
  const withCluster = (fields: string) => `${head}clusters: [{name: k, cluster: {${fields}}}]\nusers: [{name: u}]`;
  const withUser = (fields: string) =>
    `${head}clusters: [{name: k, cluster: {server: "https://k"}}]\nusers: [{name: u, user: {${fields}}}]`;
  it.each([
    ['a: [', 'the kubeconfig is not YAML'],
    ['- a', 'the kubeconfig is a list: write a mapping'],
    ['clusters: {}', 'clusters is a mapping: write a list'],
    ['clusters: [{cluster: {}}]', 'clusters[0].name is missing'],
    ['clusters: [{name: a}, {name: a}]', 'clusters[a] is there twice'],
    ['users: [{name: a, user: x}]', 'users[a].user is a string: write a mapping'],
    ['{}', 'current-context is missing, so no API server is known'],
    ['current-context: 7', 'kubeconfig.current-context is a number: write a text'],
    ['current-context: x', 'contexts has no "x": name one of: none'],
    [head, 'clusters has no "k"'],
    [withCluster(''), 'clusters[k].cluster.server is missing: write https://HOST:PORT'],
    [withCluster('server: "k:6443"'), 'clusters[k].cluster.server is "k:6443": write https://HOST:PORT'],
    [withCluster('server: [1]'), 'clusters[k].cluster.server is a list'],
    [
      withCluster('server: "https://k", insecure-skip-tls-verify: "yes"'),
      'insecure-skip-tls-verify is a string: write true or false',
    ],
    [
      withCluster('server: "https://k", insecure-skip-tls-verify: true, certificate-authority: x'),
      'is true beside a certificate authority',
    ],
    [
      withCluster('server: "https://k", certificate-authority-data: "!!"'),
      'certificate-authority-data is no PEM in base64',
    ],
    [
      withCluster('server: "https://k", proxy-url: "socks5://me:pw@p"'),
      'clusters[k].cluster.proxy-url is socks5:: write http://HOST:PORT',
    ],
    [withUser('username: me, password: secret'), 'users[u].user.username is basic authentication'],
    [withUser('client-certificate: a'), 'users[u].user.client-key is missing beside client-certificate'],
    [withUser('client-key: a'), 'users[u].user.client-certificate is missing beside client-key'],
    [withUser('token: 12345'), 'users[u].user.token is a number'],
    [withUser('as-groups: x'), 'users[u].user.as-groups is a string: write a list of texts'],
    [withUser('exec: {}, auth-provider: {}'), 'users[u].user.exec stands beside auth-provider'],
  ])('%j', async (text, message) => {
    const refused = expect.objectContaining({ code: 'Config', message: expect.stringContaining(message) });
    await expect(find(config(text))).rejects.toThrow(refused);
    await expect(find(config(text))).rejects.toThrow('/home/me/.kube/config: ');
    await expect(find(config(text))).rejects.not.toThrow(/secret|12345|pw/);
  });

  it('no kubeconfig at all', async () => {
    await expect(find({})).rejects.toThrow(
      'no kubeconfig was found, so no API server is known: name one by --kubeconfig or $KUBECONFIG',
    );
  });
});
