import { approve, createGate, type ApprovalRequest } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import type { Batch, StorePort } from "@countersign/core/store";
import { ARGS, fiona, policy } from "./stores/policy.ts";
import { capturingStore } from "./stores/spy.ts";

let calls = 0;

/** One request of a new thread, recorded by core on this store. Released: whoever suspended it has let go of the thread. */
export async function suspendOne(store: StorePort, agent: string = "bench", end?: "released"): Promise<ApprovalRequest> {
  const gate = createGate({ policy, store, warn: () => {} });
  const number = `${process.pid}-${++calls}`;
  const call: ProposedCall = { turnId: "msg_1", callId: "call_0", tool: "pay", args: ARGS };
  const thread = openThread(gate, { threadId: `bench-run-${number}`, agent, framework: "bench", requestedBy: `bob-${number}` });
  const waits = thread.mustWait(call, { fresh: true });
  if (waits !== true && !(await waits)) throw new Error("the policy asks about every payment of the bench");
  const [request] = await thread.suspend([call], null);
  if (!request) throw new Error("a suspended call has a request");
  if (end) await thread.release("suspended");
  return request;
}

export function decideOn(store: StorePort, request: ApprovalRequest): Promise<ApprovalRequest> {
  return createGate({ store }).decide(request, approve(), { by: fiona });
}

/** One commit of core's. */
export type Move = "suspend" | "decide" | "claim" | "receipt";

/** What core commits for a move, when all before it has been committed on this store. */
export const BATCHES: Readonly<Record<Move, (store: StorePort) => Promise<Batch>>> = {
  suspend: async (store) => only(await captured(store, suspendOne)),
  async decide(store) {
    const request = await suspendOne(store);
    return only(await captured(store, (capturing) => decideOn(capturing, request)));
  },
  claim: async (store) => (await execution(store)).claim,
  async receipt(store) {
    const { claim, receipt } = await execution(store);
    await store.commit(claim);
    return receipt;
  },
};

/** The commits around the effect of an approved call. */
async function execution(store: StorePort): Promise<{ readonly claim: Batch; readonly receipt: Batch }> {
  const request = await decideOn(store, await suspendOne(store));
  const execute = (capturing: StorePort) => createGate({ policy, store: capturing, warn: () => {} }).execute(request, () => "paid");
  const [claim, receipt] = await captured(store, execute);
  if (!claim || !receipt) throw new Error("an execution is two commits");
  return { claim, receipt };
}

/** The batches of this work, none of them committed. */
async function captured(store: StorePort, work: (capturing: StorePort) => Promise<unknown>): Promise<readonly Batch[]> {
  const capturing = capturingStore(store);
  await work(capturing.store);
  return capturing.batches;
}

function only([batch]: readonly Batch[]): Batch {
  if (!batch) throw new Error("nothing was committed");
  return batch;
}
