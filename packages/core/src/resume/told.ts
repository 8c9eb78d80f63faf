import { canonicalJson, requestIdOf } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Refused } from "../contract/execution.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";

/** What models are told, worded once for all adapters. */

/** Did a person change the arguments? An edit back to the original is none. */
export function isEdited({ id, tenant, threadId, turnId, callId, tool, args, proposal }: RequestRecord): boolean {
  return requestIdOf(tenant, threadId, { turnId, callId, tool, args }, proposal.digest) !== id;
}

/**
 * Stands before the tool's own result, so that the transcript tells which arguments ran.
 * @param got what the tool was given, if it isn't what was signed
 */
export function notice(record: RequestRecord, got: JsonObject | undefined = record.ranWith): string | undefined {
  if (!isEdited(record)) return undefined;
  const ran = canonicalJson(got ?? proposedArgs(record));
  return `A person reviewed this call and changed its arguments before it ran. It ran with: ${ran}\n`;
}

/** Is it on record that this call doesn't run? */
export function isRefused({ state }: RequestRecord): boolean {
  return state === "rejected" || state === "expired" || state === "cancelled";
}

export function refusal(record: RequestRecord): Refused {
  if (record.state === "rejected") return rejection(record);
  const message =
    record.state === "expired"
      ? "Nobody approved this call in time. It did not run."
      : `This call was cancelled (${record.error ?? "no reason given"}). It did not run.`;
  return { status: "refused", message, by: "system", then: "continue" };
}

/** Without a signature of its own it was a grant that rejected it, with the words of whoever gave it. */
function rejection({ decisions, error }: RequestRecord): Refused {
  const decision = decisions.at(-1)?.decision;
  const { message, then = "continue" } = decision?.type === "reject" ? decision : { message: error };
  const said = message ?? "A reviewer rejected this call. It did not run.";
  return { status: "refused", message: then === "revise" ? `${said} You may propose a revised call.` : said, by: "reviewer", then };
}
