import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERTS } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { findFault } from './test-links.ts';

const FOLDER = join(import.meta.dirname, 'playbooks');
const PAGES = readdirSync(FOLDER).filter((name) => name !== 'README.md');

function linksOf(name: string): readonly string[] {
  return [...readFileSync(join(FOLDER, name), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

test.each(['README.md', ...PAGES])('%s has links that lead somewhere', (name) => {
  const links = linksOf(name);
  expect(links.length).toBeGreaterThan(0);
  expect(links.map((link) => findFault(join(FOLDER, name), link)).filter((fault) => fault !== undefined)).toEqual([]);
});

test('the list of playbooks is whole', () => {
  expect(PAGES.filter((name) => !linksOf('README.md').includes(name))).toEqual([]);
});

test.each(PAGES)('%s names no alert that there is not', (name) => {
  const named = [...readFileSync(join(FOLDER, name), 'utf8').matchAll(/`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`/g)];
  expect(named.map(([, alert = '']) => alert).filter((alert) => !Object.hasOwn(ALERTS, alert))).toEqual([]);
});
