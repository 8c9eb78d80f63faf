import assert from "node:assert/strict";
import type { Gate } from "@countersign/core";
import { gateTools } from "@countersign/langgraph";
import { GraphInterrupt } from "langgraph-oldest";
import { tool } from "langchain";
import { z } from "zod";

/** A module may have been loaded before, on another version: then the adapter's pauses are not the oldest LangGraph's. */
export async function assertOldest(gate: Gate): Promise<void> {
  const pay = tool(async () => "paid", { name: "pay", description: "Pays", schema: z.object({}) });
  const pause: unknown = await gateTools(gate, [pay])[0]
    .invoke({ type: "tool_call", id: "call_0", name: "pay", args: {} })
    .catch((error: unknown) => error);
  assert.ok(pause instanceof GraphInterrupt, "the adapter runs on another version of LangGraph");
}
