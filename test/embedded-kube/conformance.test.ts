import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases } from './conformance.cases.ts';
import { connectApi, type ApiUnderTest } from './conformance/api-under-test.ts';
import { startEmbeddedKube, type EmbeddedKube } from './embedded-kube.ts';

describe('the embedded API server behaves as kube-apiserver', () => {
  let kube: EmbeddedKube;
  let api: ApiUnderTest;

  beforeAll(async () => {
    kube = await startEmbeddedKube({ bookmarkIntervalMs: 20 });
    const { faults } = kube;
    api = {
      ...connectApi({ url: kube.url }),
      async compact() {
        faults.compact();
        await Promise.resolve();
      },
    };
  });
  afterAll(() => kube.stop());

  it.each(conformanceCases.filter(({ cel }) => cel !== true))('$name', async ({ run }) => {
    await expect(run(api)).resolves.toBeUndefined();
  });
});
