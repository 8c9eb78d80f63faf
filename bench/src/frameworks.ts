import type { Conversations } from "./conversations.ts";
import type { Address } from "./stores/address.ts";
import { keptBeside, type Kept } from "./stores/kept.ts";
import type { Trips } from "./trip.ts";

// Loaded only when asked for: a process that measures one framework shall not have read the others.

/** A conversation with so many allowed calls in one turn. */
export const CONVERSATIONS = {
  langgraph: async (calls) => (await import("./langgraph/allowed.ts")).withTools(calls),
  "langgraph-middleware": async (calls) => (await import("./langgraph/allowed.ts")).withMiddleware(calls),
  "openai-agents": async (calls) => (await import("./openai-agents/allowed.ts")).withTools(calls),
  "ai-sdk": async (calls) => (await import("./ai-sdk/allowed.ts")).withTools(calls),
  openrouter: async (calls) => (await import("./openrouter/allowed.ts")).withTools(calls),
} satisfies Readonly<Record<string, (calls: number) => Promise<Conversations>>>;

/** Whatever is kept is kept in the same kind of place as this store, as durably. Without an address in memory. */
export const TRIPS = {
  langgraph: async (address) => (await import("./langgraph/round-trip.ts")).trips(address),
  "openai-agents": async (address) => keptTrips(await import("./openai-agents/round-trip.ts"), address),
  "ai-sdk": async (address) => keptTrips(await import("./ai-sdk/round-trip.ts"), address),
  openrouter: async (address) => keptTrips(await import("./openrouter/round-trip.ts"), address),
} satisfies Readonly<Record<string, (address: Address | undefined) => Promise<Trips>>>;

/** A framework whose paused runs the application keeps itself. */
interface KeptByApplication {
  readonly countersigned: Trips["countersigned"];
  readonly native: (kept: Kept) => Trips["native"];
}

function keptTrips({ countersigned, native }: KeptByApplication, address: Address | undefined): Trips {
  const kept = keptBeside(address);
  return { countersigned, native: native(kept), [Symbol.asyncDispose]: async () => kept.close() };
}
