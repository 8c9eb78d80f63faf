import { AsyncLocalStorage } from "node:async_hooks";
import type { Thread } from "../contract/thread.ts";

const active: AsyncLocalStorage<Thread> = new AsyncLocalStorage();

/** The thread of the runner that is active here, if the framework keeps async context. Lazy frameworks must bind instead. */
export function currentThread(): Thread | undefined {
  return active.getStore();
}

export function withThread<T>(thread: Thread, work: () => T): T {
  return active.run(thread, work);
}
