/** What a connection is made from: which server, how to trust it, who we are. */
import type { Pem } from './pem.ts';
import type { User } from './user.ts';

/** Everything needed to make a connection. */
export interface Target {
  readonly server: URL;
  readonly namespace: string;
  readonly ca: Pem | undefined;
  /** Accept any certificate of the server. */
  readonly insecure: boolean;
  readonly serverName: string | undefined;
  /** An http proxy to go through. */
  readonly proxy: string | undefined;
  readonly user: User;
}
