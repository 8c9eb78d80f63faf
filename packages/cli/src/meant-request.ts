import type { Gate } from "@countersign/core";
import { isCountersignError } from "@countersign/core";
import { EXIT } from "./exit.ts";
import { Failure } from "./failure.ts";

/** Requests among which an id is looked for that was cut off, the newest first. */
const LOOKED_AT = 1_000;
const NAMED = 5;

/** Of an id that no request has: which requests begin with it. Only a whole id names one, so that nobody signs another by a slip. */
export async function meantRequest(error: unknown, gate: Gate): Promise<unknown> {
  if (!isCountersignError(error, "REQUEST_NOT_FOUND")) return error;
  const { code, details } = error;
  const { id } = details;
  const { items } = await gate.list({ order: "newest", limit: LOOKED_AT });
  const near = id === "" ? [] : items.filter((request) => request.id.startsWith(id)).map((request) => request.id);
  const [only, ...others] = near;
  if (only === undefined) return error;
  const more = near.length > NAMED ? " and others" : "";
  const message =
    others.length === 0
      ? `There is no request ${id}. Did you mean ${only}?`
      : `${near.length} requests begin with ${id}: ${near.slice(0, NAMED).join(", ")}${more}. Give the whole id.`;
  return new Failure(EXIT.refused, message, { code, details });
}
