/** How long, in ms, a page waits for what another process has under way, and how often it looks. */
export const PATIENCE = 60_000;
const LOOK_EVERY = 250;

/** Until it is time to look again. @throws the signal's reason */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
}
