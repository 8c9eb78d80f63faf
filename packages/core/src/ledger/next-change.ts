import type { Ledger } from "./ledger.ts";

/** A notification or, because it may be lost, the end of the pause. Listening starts before the read that it follows. */
export function nextChange(
  { port }: Ledger,
  pause: number,
  signal: AbortSignal | undefined,
): { readonly arrived: Promise<void>; cancel(): void } {
  let cancel = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    const unwatch = port.watch(resolve);
    const timer = setTimeout(resolve, pause);
    signal?.addEventListener("abort", cancelled);
    function cancelled(): void {
      resolve();
    }
    cancel = () => {
      signal?.removeEventListener("abort", cancelled);
      unwatch();
      clearTimeout(timer);
      resolve();
    };
  });
  return { arrived, cancel };
}
