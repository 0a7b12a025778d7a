/** Debian's Chromium without a window, for tests that look at pages. */
import { chromium, type Browser } from 'playwright-core';
import { ensurePrograms } from './debian-package.ts';

const program = '/usr/bin/chromium';

/** It talks to nobody but the page, and a root without user namespaces may run it. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium with a profile of its own, which goes with it; whoever started it closes it. Installs it as root, else throws with the mend. */
export async function startChromium(): Promise<Browser> {
  await ensurePrograms({ packages: ['chromium', 'fonts-dejavu-core'], programs: [program] });
  return chromium.launch({ executablePath: program, args: FLAGS });
}
