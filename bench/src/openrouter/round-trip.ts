import { createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { createRunner } from "@countersign/openrouter";
import type { ClientTool, StateAccessor } from "@openrouter/agent";
import { timed } from "../measure.ts";
import { policy } from "../stores/policy.ts";
import type { Kept } from "../stores/kept.ts";
import { countersignedBy, demand, nextThread, NOTHING, type RoundTrip } from "../trip.ts";
import { instantClient, instantTool } from "./model.ts";

type State = NonNullable<Awaited<ReturnType<StateAccessor["load"]>>>;

/** Countersign, as the runner of the model's calls. */
export function countersigned(store: StorePort): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  const runner = createRunner(gate, instantClient("pay", 1), { name: "bench", model: "instant", tools: [instantTool("pay")] });
  return countersignedBy(gate, runner as AgentRunner);
}

/** The SDK's own, as its documentation says: a StateAccessor, and the approved ids with the next call. Nothing is decided in between. */
export function native(kept: Kept): () => Promise<RoundTrip> {
  const client = instantClient("pay", 1);
  const tools: readonly ClientTool[] = [instantTool("pay", true)];
  return async () => {
    const thread = nextThread();
    const state: StateAccessor = {
      load: async () => JSON.parse(kept.load(thread) ?? "null") as State | null,
      save: async (saved) => kept.save(thread, JSON.stringify(saved)),
    };
    let ids: string[] = [];
    const pause = await timed(async () => {
      const result = client.callModel({ model: "instant", input: "Pay Acme Corp", tools, state });
      ids = (await result.getPendingToolCalls()).map(({ id }) => id);
      demand(ids.length === 1);
    });
    const resume = await timed(async () => {
      const result = client.callModel({ model: "instant", input: [], tools, state, approveToolCalls: ids });
      demand((await result.getText()) === "done");
    });
    return { pause, decide: NOTHING, resume };
  };
}
