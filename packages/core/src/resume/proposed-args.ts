import type { JsonObject } from "../contract/json.ts";
import { internalsOf, type Gate } from "./gate.ts";

/**
 * The arguments as the model proposed them, nothing masked: to compare with, never to show. Undefined: no such request.
 * What runs comes from `thread.execute`.
 */
export async function proposedArgs(gate: Gate, id: string): Promise<JsonObject | undefined> {
  return (await internalsOf(gate).kernel.ledger.request(id))?.args;
}
