/** Calls somebody's listener. What fails in it is its own affair: nothing that counts depends on it. */
export function tell(listener: () => unknown): void {
  try {
    const told = listener();
    if (told instanceof Promise) told.catch(() => {});
  } catch {
    // Its own affair.
  }
}
