/** Starting a server and waiting until it says that it is up. */
import { exchange } from './exchange.ts';
import { waitFor } from './wait.ts';
import type { Program, Running, Workspace } from './workspace.ts';

/** Where a server answers 200 once it is up, and the authority (PEM) of its certificate if it is https. */
interface Health {
  readonly url: string;
  readonly ca?: string;
}

/** Starts the program and returns when it is healthy; throws with the end of its log if it ends before, or is not up within a minute. */
export async function startHealthy(workspace: Workspace, program: Program, health: Health): Promise<Running> {
  const running = await workspace.start(program);
  try {
    await waitFor(async () => running.ending() !== undefined || (await isHealthy(health)), {
      what: `${health.url} to answer 200`,
    });
    const ending = running.ending();
    if (ending !== undefined) throw new Error(`ended at its start by ${ending}`);
    return running;
  } catch (error) {
    await running.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${program.name}: ${reason}\n${await workspace.logTail(program.name)}`, { cause: error });
  }
}

async function isHealthy({ url, ca }: Health): Promise<boolean> {
  const options = { signal: AbortSignal.timeout(5_000), ...(ca === undefined ? {} : { ca }) };
  return (await exchange(new URL(url), options)).status === 200;
}
