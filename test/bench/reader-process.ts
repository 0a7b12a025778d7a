/**
 * The floor: reads streaming lists over TLS and drops the bytes. `node reader-process.ts CAFILE ACCEPT URL...`; says on stdout when all
 * lists have ended.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

// Of the bookmark that ends a list, which is shorter than that.
const END = 'k8s.io/initial-events-end';
const END_BYTES = 512;
const QUERY = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';

function readList(url: string, ca: Buffer, accept: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = get(`${url}?${QUERY}`, { ca, headers: { Accept: accept } }, (response) => {
    let tail: Buffer = Buffer.alloc(0);
    response.on('data', (chunk: Buffer) => {
      // The bookmark may be cut in two.
      tail = chunk.length < END_BYTES ? Buffer.concat([tail.subarray(-END_BYTES), chunk]) : chunk.subarray(-END_BYTES);
      if (tail.includes(END)) resolve();
    });
  });
  request.on('error', reject);
  return promise;
}

const [caFile = '', accept = '', ...urls] = process.argv.slice(2);
const authority = readFileSync(caFile);
await Promise.all(urls.map((url) => readList(url, authority, accept)));
process.stdout.write('{"read":true}\n');
