/** Right: main wires everything, and is the one module that does something when it is imported. */
import { setTimeout } from 'node:timers/promises';
import { SPOKEN } from './config/exports-too-much.ts';
import { NOWHERE } from './config/leads-nowhere.ts';
import { UNLISTED } from './config/leans-on-the-unlisted.ts';
import { createApp } from './http/index.ts';
import { budget } from './slo/index.ts';
import { watch } from './watch/index.ts';

await setTimeout(budget());
createApp();
watch({ word: SPOKEN });
String(NOWHERE + UNLISTED);
