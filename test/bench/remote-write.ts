/** Writes samples into a Prometheus by its remote write protocol: WriteRequest of prompb, as snappy literals. */

/** A series' samples in the order of their times. */
export interface Stretch {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** Writes them. Rejects with Prometheus' own words where it refuses them. */
export async function writeStretches(url: string, stretches: readonly Stretch[]): Promise<void> {
  const body = packSnappy(Buffer.concat(stretches.map((own) => field(1, encodeStretch(own)))));
  const headers = {
    'Content-Type': 'application/x-protobuf',
    'Content-Encoding': 'snappy',
    'X-Prometheus-Remote-Write-Version': '0.1.0',
  };
  const response = await fetch(`${url}/api/v1/write`, { method: 'POST', headers, body: new Uint8Array(body) });
  if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
}

function encodeStretch({ labels, times, values }: Stretch): Buffer {
  const names = Object.keys(labels).toSorted();
  const head = names.map((name) =>
    field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name] ?? ''))])),
  );
  // A sample is a double (9 bytes with its key) and a time (1 byte and its varint, which has six bytes in this century).
  const samples = Buffer.alloc(times.length * 18);
  let at = 0;
  times.forEach((time, index) => {
    samples[at] = 0x12;
    samples[at + 1] = 16;
    samples[at + 2] = 0x09;
    samples.writeDoubleLE(values[index] ?? 0, at + 3);
    samples[at + 11] = 0x10;
    at = writeVarint(samples, time, at + 12);
  });
  if (at !== samples.length) throw new Error(`times of other lengths than six bytes: ${times[0]}`);
  return Buffer.concat([...head, samples]);
}

function field(number: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head[0] = (number << 3) | 2;
  const end = writeVarint(head, bytes.length, 1);
  return Buffer.concat([head.subarray(0, end), bytes]);
}

function writeVarint(into: Buffer, value: number, from: number): number {
  let [rest, at] = [value, from];
  for (; rest >= 128; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 128;
  into[at++] = rest;
  return at;
}

/** The length, and literals of 64 KiB: what is packed is as long as before. */
function packSnappy(bytes: Buffer): Buffer {
  const head = Buffer.alloc(11);
  const parts: Buffer[] = [head.subarray(0, writeVarint(head, bytes.length, 0))];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const part = bytes.subarray(at, at + 65_536);
    const tag = Buffer.from([61 << 2, 0, 0]);
    tag.writeUInt16LE(part.length - 1, 1);
    parts.push(tag, part);
  }
  return Buffer.concat(parts);
}
