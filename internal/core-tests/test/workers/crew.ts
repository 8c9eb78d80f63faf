import { approve, type ApprovalRequest, type AuditEvent } from "@countersign/core";
import type { StorePort, ThreadRecord } from "@countersign/core/store";
import type { TestContext } from "vitest";
import { Child } from "../processes/child-process.ts";
import { effectsAt, type Effect } from "../processes/effects.ts";
import { newPlace, removePlace } from "../processes/place.ts";
import { openPayments, type Task } from "./payments.ts";
import type { WorkerOrder } from "./worker-process.ts";

/** What a worker process runs. */
export const PROGRAM: URL = new URL("./worker-process.ts", import.meta.url);
const alice = { id: "alice" };

/** An empty store, this process as whoever starts and signs, and as many worker processes as are hired. Ends with its test. */
export interface Crew {
  readonly store: StorePort;
  hire(order?: Omit<WorkerOrder, "place">): Promise<Child>;
  /** Starts a thread up to its pause. */
  ask(threadId: string, task?: Task): Promise<ApprovalRequest>;
  sign(request: ApprovalRequest): Promise<void>;
  settle(request: ApprovalRequest, outcome: Parameters<ReturnType<typeof openPayments>["gate"]["settle"]>[1]): Promise<void>;
  /** Without touching it. */
  look(request: ApprovalRequest): Promise<string>;
  thread(threadId: string): Promise<ThreadRecord | undefined>;
  /** What happened to a thread itself, by the store's clock. */
  history(threadId: string): Promise<readonly AuditEvent[]>;
  effects(): readonly Effect[];
  /** Every chain against its record. */
  verify(): Promise<unknown>;
  /** Polls. */
  until(what: string, holds: () => unknown, within?: number): Promise<void>;
}

export function crewAt(postgres: string | undefined, { onTestFinished }: Pick<TestContext, "onTestFinished">): Crew {
  const place = newPlace(postgres);
  const { store, gate, runner } = openPayments(place, {});
  const hired: Child[] = [];
  onTestFinished(async () => {
    await Promise.all(hired.map((child) => child.end("SIGKILL")));
    await store.close();
    removePlace(place);
  });
  return {
    store,
    async hire(order = {}) {
      const child = new Child(PROGRAM, { ...order, place } satisfies WorkerOrder);
      hired.push(child);
      await child.says({ ready: true });
      return child;
    },
    async ask(threadId, task = {}) {
      const outcome = await runner.start(threadId, JSON.stringify(task));
      const [request] = outcome.status === "suspended" ? outcome.pending : [];
      if (!request) throw new Error(`${threadId} is ${outcome.status}`);
      return request;
    },
    sign: async (request) => void (await gate.decide(request, approve(), { by: alice })),
    settle: async ({ id }, outcome) => void (await gate.settle(id, outcome, { by: alice })),
    look: async ({ id }) => {
      const found = await gate.get(id);
      return found ? (found.status === "approved" ? found.execution : found.status) : "nothing";
    },
    thread: (threadId) => store.getThread("default", threadId),
    history: (threadId) => Array.fromAsync(gate.history(`thread/${threadId}`)),
    effects: () => effectsAt(place),
    verify: () => gate.verify(),
    async until(what, holds, within = 30_000) {
      const until = performance.now() + within;
      while (!(await holds())) {
        if (performance.now() > until) throw new Error(`not within ${within} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
