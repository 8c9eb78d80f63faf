import type { JsonObject } from "../contract/json.ts";
import type { RequestRecord } from "./records.ts";

/** What would run if it were signed now, and what runs once it is. */
export function proposedArgs({ args, proposal }: Pick<RequestRecord, "args" | "proposal">): JsonObject {
  return proposal.args ?? args;
}
