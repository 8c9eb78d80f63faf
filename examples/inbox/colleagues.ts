// Colleagues, played by this demo, so that one person sees what several do: Carla, the CFO, signs what somebody from finance has
// signed; Bob takes what Northwind is paid for lunch.
import { setTimeout as pause } from "node:timers/promises";
import { approve, countedSignatures, isCountersignError, quorumOf, type ApprovalRequest, type Gate } from "@countersign/core";
import { PEOPLE } from "./people.ts";

const { carla, bob } = PEOPLE;
/** How long they think, in ms. */
const THINKING = 4_000;

/** Looks at a request that has changed, and signs it if it is theirs to sign. */
export async function colleaguesLookAt(gate: Gate, request: ApprovalRequest, signal: AbortSignal): Promise<void> {
  const signed = countedSignatures(request).length;
  const isCarlas = quorumOf(request.terms) > 1 && signed > 0;
  const isBobs = request.args["recipient"] === "Northwind" && signed === 0;
  if (request.status !== "pending" || !(isCarlas || isBobs)) return;
  try {
    await pause(THINKING, undefined, { signal });
    const { proposal, args } = request;
    const seen = { id: request.id, digest: proposal.digest };
    if (isCarlas) await gate.decide(seen, approve({ confirm: String(args["amount"]) }), { by: carla, via: "phone" });
    else await gate.decide(seen, approve(), { by: bob, via: "phone" });
  } catch (error) {
    // Somebody was faster, or it is another call by now.
    if (!signal.aborted && !isCountersignError(error)) throw error;
  }
}
