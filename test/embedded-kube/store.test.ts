import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStore, type Store } from './store.ts';
import type { Manifest } from './objects/kube-object.ts';

const NOON = Date.parse('2026-03-13T12:00:00Z');

function storeAt(start = NOON): { readonly store: Store; readonly advance: (milliseconds: number) => void } {
  let now = start;
  const store = createStore({ clock: { now: () => now }, random: () => 0.5 });
  return { store, advance: (milliseconds) => void (now += milliseconds) };
}

function pod(name: string, spec: object = { nodeName: 'n1' }): Manifest {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

const REF = { kind: 'Pod', name: 'a', namespace: 'default' };

describe('the store', () => {
  it('apply makes what is missing, keeps uid, age and status as given, and replaces the rest', () => {
    const { store } = storeAt();
    const metadata = { name: 'a', namespace: 'new', uid: 'u1', creationTimestamp: '2020-01-01T00:00:00Z' };
    const first = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'n1' }, status: { phase: 'Running' } };
    expect(store.apply(first)).toMatchObject({ metadata, status: { phase: 'Running' } });
    expect(store.get({ kind: 'Namespace', name: 'new' })).toMatchObject({ status: { phase: 'Active' } });
    const second = store.apply({ ...first, metadata: { name: 'a', namespace: 'new', labels: { x: '1' } }, spec: {} });
    expect(second).toMatchObject({ metadata: { ...metadata, labels: { x: '1' }, generation: 2 }, spec: {} });
  });

  it('takes its times from the clock and its names from the randomness', () => {
    const { store, advance } = storeAt();
    advance(1_234);
    const made = store.create({ apiVersion: 'v1', kind: 'Node', metadata: { generateName: 'n-' } });
    expect(made.metadata.creationTimestamp).toBe('2026-03-13T12:00:01Z');
    expect(made.metadata.name).toMatch(/^n-[a-z0-9]{5}$/);
  });

  it('never shares an object with its caller', () => {
    const { store } = storeAt();
    const given = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { x: '1' } } };
    store.apply(given);
    given.metadata.labels.x = '2';
    expect(store.get({ kind: 'Node', name: 'n' })?.metadata.labels).toEqual({ x: '1' });
  });

  it('a second deletion only shortens the grace that is left', () => {
    const { store, advance } = storeAt();
    store.apply(pod('a'));
    store.delete(REF);
    expect(store.get(REF)?.metadata).toMatchObject({
      deletionTimestamp: '2026-03-13T12:00:30Z',
      deletionGracePeriodSeconds: 30,
    });
    const version = store.resourceVersion();
    store.delete(REF, { gracePeriodSeconds: 60 });
    expect(store.resourceVersion()).toBe(version);
    advance(2_000);
    store.delete(REF, { gracePeriodSeconds: 10 });
    expect(store.get(REF)?.metadata).toMatchObject({
      deletionTimestamp: '2026-03-13T12:00:10Z',
      deletionGracePeriodSeconds: 10,
    });
    store.delete(REF, { gracePeriodSeconds: 0 });
    expect(store.get(REF)).toBeUndefined();
  });

  it.each([
    { name: 'is not bound', object: pod('a', {}) },
    { name: 'is over', object: { ...pod('a'), status: { phase: 'Failed' } } },
  ])('a pod that $name is deleted at once', ({ object }) => {
    const { store } = storeAt();
    store.apply(object);
    store.delete(REF);
    expect(store.get(REF)).toBeUndefined();
  });

  it('a deleted namespace takes along what it holds', () => {
    const { store } = storeAt();
    store.apply({ ...pod('a'), metadata: { name: 'a', namespace: 'doomed' } });
    store.delete({ kind: 'Namespace', name: 'doomed' });
    expect(store.list('Pod')).toEqual([]);
  });

  it('keeps user keys such as __proto__ as data', () => {
    const { store } = storeAt();
    const annotations = JSON.parse('{"__proto__":"x","constructor":"y"}') as object;
    store.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', annotations } });
    store.patch({ kind: 'Node', name: 'n' }, { metadata: { labels: { z: '1' } } });
    expect(JSON.stringify(store.get({ kind: 'Node', name: 'n' })?.metadata.annotations)).toBe(
      JSON.stringify(annotations),
    );
  });

  it('managedFields follow a label from manager to manager', () => {
    const { store } = storeAt();
    const ref = { kind: 'Node', name: 'n' };
    store.apply(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { role: 'worker', keep: '1' } } },
      { manager: 'maker' },
    );
    const owners = (): object =>
      Object.fromEntries(
        (store.get(ref)?.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
          manager,
          JSON.stringify(fieldsV1),
        ]),
      );
    const labels = (...keys: string[]): string =>
      JSON.stringify({ 'f:metadata': { 'f:labels': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } });
    expect(owners()).toEqual({ maker: labels('role', 'keep') });
    store.patch(ref, { metadata: { labels: { role: 'spare' } } }, { manager: 'mover' });
    expect(owners()).toEqual({ maker: labels('keep'), mover: labels('role') });
    store.patch(ref, { metadata: { labels: { role: null } } }, { manager: 'remover' });
    expect(owners()).toEqual({ maker: labels('keep') });
  });

  it('any past state that the log still reaches is told exactly, an older one not at all', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.record({ name: names, remove: fc.boolean(), value: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (steps, historyLimit) => {
        const store = createStore({ clock: { now: () => NOON }, random: () => 0.25, historyLimit });
        const type = store.registry.types().find(({ kind }) => kind === 'ConfigMap');
        if (type === undefined) throw new Error('ConfigMap is not served');
        const collection = store.registry.collection(type);
        const show = (): string => JSON.stringify(collection.all().map(({ object }) => object));
        const past = new Map([[store.registry.revision(), show()]]);
        for (const { name, remove, value } of steps) {
          const ref = { kind: 'ConfigMap', name, namespace: 'default' };
          if (!remove) store.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ref, data: { value } });
          else if (store.get(ref) !== undefined) store.delete(ref);
          past.set(store.registry.revision(), show());
        }
        for (const [revision, state] of past) {
          const told = collection.at(revision)?.map(({ object }) => object);
          expect(told === undefined ? undefined : JSON.stringify(told)).toBe(
            revision < collection.log.floor() ? undefined : state,
          );
        }
      }),
      { seed: 36, numRuns: 200 },
    );
  });
});
