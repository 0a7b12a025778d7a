/** What the tests do to etcd itself, over its JSON gateway. */

/** Forgets all history before the newest revision, physically, and returns that revision. */
export async function compact(etcdUrl: string): Promise<number> {
  const key = Buffer.from('\0').toString('base64');
  const { header } = (await post(`${etcdUrl}/v3/kv/range`, { key })) as { header: { revision: string } };
  await post(`${etcdUrl}/v3/kv/compaction`, { revision: header.revision, physical: true });
  return Number(header.revision);
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`etcd refused ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
