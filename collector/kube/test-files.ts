/** Files that exist only in a test. */

/** A readFile over `files`, which a test may change; what is not there rejects as node's does. */
export function createFakeFiles(files: Record<string, string>): (path: string) => Promise<string> {
  return (path) => {
    const text = files[path];
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' }));
  };
}
