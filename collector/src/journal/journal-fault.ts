/** What keeps a journal from being written, in words of ours instead of SQLite's numbers. */

/** Why the journal is not written now. */
export type JournalFault = 'full' | 'readOnly' | 'locked' | 'corrupt' | 'unreachable' | 'failed';

/** A fault with what was said of it, and what an operator can do. */
export interface Failure {
  readonly fault: JournalFault;
  readonly message: string;
}

/** By the primary result code of SQLite (https://sqlite.org/rescode.html). */
const FAULTS: Readonly<Record<number, JournalFault>> = {
  5: 'locked',
  6: 'locked',
  8: 'readOnly',
  10: 'unreachable',
  11: 'corrupt',
  13: 'full',
  14: 'unreachable',
  26: 'corrupt',
};

/** Some of what the file system says reaches us before SQLite is asked. */
const BY_ERRNO: Readonly<Record<string, JournalFault>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readOnly',
  EACCES: 'readOnly',
  EPERM: 'readOnly',
  ENOENT: 'unreachable',
  ENOTDIR: 'unreachable',
  EIO: 'unreachable',
};

/** Any error of the store as a failure. */
export function toFailure(error: unknown): Failure {
  const { errcode, code, message } = Object(error) as { errcode?: unknown; code?: unknown; message?: unknown };
  const byCode = typeof errcode === 'number' ? FAULTS[errcode & 0xff] : undefined;
  const byErrno = typeof code === 'string' ? BY_ERRNO[code] : undefined;
  return { fault: byCode ?? byErrno ?? 'failed', message: String(message ?? error) };
}
