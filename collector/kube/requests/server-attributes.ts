/** How spans name an API server. */

/** Host and port of a server's URL, as OpenTelemetry's attributes. */
export function serverAttributes(server: string): {
  readonly 'server.address': string;
  readonly 'server.port': number;
} {
  const { hostname, port, protocol } = new URL(server);
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) };
}
