import type { ThreadSummary } from "@countersign/server/client";

export type ThreadState = ThreadSummary["state"];

/** What people look for first comes first. */
export const STATES: readonly ThreadState[] = ["failing", "suspended", "running", "ready", "idle", "closed"];

export const STATE_NAMES: Readonly<Record<ThreadState, string>> = {
  failing: "Failing",
  suspended: "Waiting for people",
  running: "Running",
  ready: "Ready to go on",
  idle: "Idle",
  closed: "Ended",
};

/** What it means, and what helps. */
export const STATE_TEXTS: Readonly<Record<ThreadState, string>> = {
  failing:
    "These runs failed again and again, and workers have stopped trying. Put the cause right. Then resume the thread where its agent runs: runner.resume(threadId).",
  suspended: "A call of these runs waits to be decided or settled. They go on by themselves after that.",
  running: "A process has these runs now. If it died, another one takes them up when its lease is over.",
  ready: "A worker takes these runs up, at once or when their next try is due.",
  idle: "These runs wait for something outside Countersign, or their start failed and their caller has to start them again.",
  closed: "These runs have ended. The next input starts them again.",
};

/** The state that an address asks for: by default those that fail, `all` for all. */
export function stateIn(query: URLSearchParams): ThreadState | undefined {
  const given = query.get("state") ?? "failing";
  return given === "all" ? undefined : (STATES.find((state) => state === given) ?? "failing");
}

export function countText(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
