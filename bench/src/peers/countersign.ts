import { approve, createGate, createWorker, type ApprovalRequest } from "@countersign/core";
import { defineRunner, type ProposedCall } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { ARGS, fiona, policy } from "../stores/policy.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import type { Contestant, Keeping, Observer } from "./contestant.ts";

const CALL: ProposedCall = { turnId: "msg_1", callId: "call_0", tool: "pay", args: ARGS };

/** Nothing waits for a free place: the peers have no limit. */
const CONCURRENCY = 100;

/** A runner without a framework. A worker beside it goes on with what was signed: it takes the thread, claims the call, and then runs it. */
export const contestant: Contestant = {
  async host(keeping, observer) {
    const { store, close } = await opened(keeping);
    const gate = createGate({ policy, store: telling(store, observer), warn: () => {}, limits: { thread: false, requester: false } });
    const runner = defineRunner<string, string>(gate, {
      name: "bench-signed",
      framework: "bench",
      async advance(thread, { input, continuation }) {
        const call = continuation ? (continuation.data as ProposedCall) : CALL;
        if (await thread.mustWait(call, { fresh: input !== undefined }))
          return { status: "suspended", calls: [call], continuation: { format: 1, data: call } };
        await thread.execute(call, () => observer.effect(thread.id));
        return { status: "completed", output: "done", text: "done" };
      },
    });
    const worker = createWorker(gate, [runner], { concurrency: CONCURRENCY }).start();
    return {
      async pause(run) {
        const outcome = await runner.start(run, "Pay Acme Corp", { requestedBy: "bob" });
        const [request] = outcome.status === "suspended" ? outcome.pending : [];
        if (!request) throw new Error("the policy asks about every payment of the bench");
        return request;
      },
      async close(runs) {
        await worker.stop();
        return close(runs);
      },
    };
  },
  async reviewer(keeping) {
    const { store, close } = await opened(keeping);
    const gate = createGate({ store });
    return {
      async approve(_, request) {
        await gate.decide(request as ApprovalRequest, approve(), { by: fiona });
      },
      close,
    };
  },
};

async function opened({ url, connections, timed }: Keeping) {
  const plain = postgresStore({ connectionString: url, max: connections });
  await plain.now();
  const { store, spent } = timed ? timedStore(plain) : { store: plain };
  return {
    store,
    close: async (runs: number) => {
      await plain.close();
      return spent ? spentPerRun(spent, runs) : [];
    },
  };
}

/** A run is over when its thread is recorded as closed. */
function telling(store: StorePort, observer: Observer): StorePort {
  return {
    ...store,
    async commit(batch) {
      const committed = await store.commit(batch);
      if (committed.ok)
        for (const change of batch.changes)
          if (change.op === "put" && change.kind === "thread" && change.record.state === "closed") observer.completed(change.record.id);
      return committed;
    },
  };
}
