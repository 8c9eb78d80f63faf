import { hash } from "node:crypto";
import type { ProposedCall } from "../contract/call.ts";
import type { JsonObject } from "../contract/json.ts";
import { canonicalJson } from "./json.ts";

/** SHA-256 over canonical JSON (RFC 8785, UTF-8), 64 lower-case hex characters. @throws NOT_JSON */
export function sha256(value: unknown): string {
  return hash("sha256", canonicalJson(value), "hex");
}

/** What a signature is about: namespace, tool and exact arguments. @throws NOT_JSON */
export function digestOf(call: { readonly namespace?: string | undefined; readonly tool: string; readonly args: JsonObject }): string {
  return sha256({ namespace: call.namespace ?? null, tool: call.tool, args: call.args });
}

/** The id of the request for this call: asking twice gives the same one, other arguments give another. */
export function requestIdOf(tenant: string, threadId: string, call: ProposedCall, digest: string = digestOf(call)): string {
  return sha256([tenant, threadId, call.turnId, call.callId, digest]).slice(0, 32);
}

/**
 * A turn id for frameworks whose messages have none: a hash of the conversation up to and including the message
 * that proposes the calls. What JSON drops or changes (undefined, Dates) is hashed as JSON would write it.
 * @throws NOT_JSON for cycles and BigInt
 */
export function turnIdOf(history: unknown): string {
  return sha256(JSON.parse(JSON.stringify(history))).slice(0, 32);
}
