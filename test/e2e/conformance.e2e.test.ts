/** The cases that the embedded API server is held against hold on the real one: none is left out. */
import { connectApi, conformanceCases, type ApiUnderTest } from '@rollcall/embedded-kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from '../control-plane/index.ts';
import { readAdminAccess } from './admin-access.ts';

describe('kube-apiserver behaves as the embedded API server, and evaluates CEL too', () => {
  let plane: ControlPlane;
  let api: ApiUnderTest;

  beforeAll(async () => {
    plane = await startControlPlane({ profile: 'fast', kwok: false });
    const { server, tls } = await readAdminAccess(plane.kubeconfigPath);
    api = {
      ...connectApi({ url: server.href, tls }),
      async compact() {
        await plane.compactEtcd();
        // The API server remembers for itself what etcd has forgotten.
        await plane.kill('kube-apiserver');
        await plane.start('kube-apiserver');
      },
    };
  });
  afterAll(() => plane?.stop());

  it.each(conformanceCases)('$name', async ({ run }) => {
    await expect(run(api)).resolves.toBeUndefined();
  });
});
