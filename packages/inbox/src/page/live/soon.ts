/** Runs it once what is at hand is done. Unlike a timer's, its turn comes at once in tabs that nobody looks at as well. */
export function onceSoon(run: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  let isPlanned = false;
  port1.addEventListener("message", () => {
    isPlanned = false;
    run();
  });
  port1.start();
  return () => {
    if (!isPlanned) port2.postMessage(undefined);
    isPlanned = true;
  };
}

/** Lets the browser draw, and hear what somebody presses. */
export async function giveWay(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: { yield?(): Promise<void> } };
  await (scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve)));
}
