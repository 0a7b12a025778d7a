/**
 * What a prototype measured before the collector was written, to hold its figures against: same sizes of objects, same machine kind (2 cores
 * of a shared Xeon, Node 26), no TLS; without the process's start, its HTTP server or anything computed from the objects.
 */
import type { Contestant } from './contest.ts';
import type { Figures } from './figures.ts';

/** The figures that the prototype has, by size. */
export const REFERENCE: Readonly<Record<number, Readonly<Record<Contestant, Partial<Figures>>>>> = {
  5000: {
    // Own list and watch, JSON.parse for each object, 14 fields kept.
    streaming: { cpuS: 0.9, peakMb: 91, eventsCpuMs: 64 },
    paged: { cpuS: 1.2, peakMb: 243, eventsCpuMs: 64 },
    informer: { cpuS: 3.41, peakMb: 510, eventsCpuMs: 125 },
  },
  20_000: {
    streaming: { cpuS: 2.9, wallS: 3, peakMb: 143, stallMs: 49, eventsCpuMs: 64 },
    paged: { cpuS: 3.7, wallS: 3.3, peakMb: 278, stallMs: 77, eventsCpuMs: 64 },
    informer: { cpuS: 12.3, wallS: 16.7, peakMb: 1303, stallMs: 7904, eventsCpuMs: 125 },
  },
};
