import { randomUUID } from "node:crypto";
import { approve, createGate } from "@countersign/core";
import { defineRunner, type ProposedCall } from "@countersign/core/adapter";
import type { RequestRecord, StorePort } from "@countersign/core/store";
import { ARGS, fiona, policy } from "./stores/policy.ts";

/** Records that are written together. */
const TOGETHER = 100;

/** Turns of conversations, through core and no framework: each pauses, is decided, goes on and completes. */
export function turning(store: StorePort): (threadId: string) => Promise<void> {
  const gate = createGate({ policy, store, warn: () => {}, limits: { thread: false, requester: false } });
  const calls = new Map<string, ProposedCall>();
  const runner = defineRunner<string, string>(gate, {
    name: "bench-turns",
    framework: "bench",
    keepsConversation: true,
    async advance(thread, { input }) {
      const call = input === undefined ? calls.get(thread.id) : callOf(input);
      if (!call) throw new Error("a turn goes on in the process that began it");
      if (await thread.mustWait(call, { fresh: input !== undefined })) {
        calls.set(thread.id, call);
        return { status: "suspended", calls: [call], continuation: null };
      }
      calls.delete(thread.id);
      await thread.execute(call, () => "paid");
      return { status: "completed", output: "done", text: "done" };
    },
  });
  return async (threadId) => {
    const paused = await runner.start(threadId, `turn-${randomUUID()}`, { requestedBy: "bob" });
    const [request] = paused.status === "suspended" ? paused.pending : [];
    if (!request) throw new Error("the policy asks about every payment of the bench");
    await gate.decide(request, approve(), { by: fiona });
    if ((await runner.resume(threadId)).status !== "completed") throw new Error("a signed turn completes");
  };
}

const callOf = (turnId: string): ProposedCall => ({ turnId, callId: "call_0", tool: "pay", args: ARGS });

/**
 * Gives a thread so many turns to look back on. One is a real one; the requests of the others are copies of its request,
 * written to the store directly, a millisecond apart and before it.
 */
export async function seedTurns(store: StorePort, threadId: string, turns: number): Promise<void> {
  await turning(store)(threadId);
  const [last] = await store.requestsOfThread("default", threadId);
  if (!last) throw new Error("a turn leaves a request");
  const copies = Array.from({ length: turns - 1 }, (_, n) => earlier(last, turns - 1 - n));
  while (copies.length > 0) {
    const changes = copies.splice(0, TOGETHER).map((record) => ({ op: "put", kind: "request", record, expects: 0 }) as const);
    const { ok } = await store.commit({ tenant: "default", changes, events: [] });
    if (!ok) throw new Error("the store refused a copy");
  }
}

function earlier(record: RequestRecord, turns: number): RequestRecord {
  return { ...record, id: randomUUID().replaceAll("-", ""), version: 1, turnId: `turn-${turns}-ago`, askedAt: record.askedAt - turns };
}
