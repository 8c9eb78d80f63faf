import type { Awaitable, Issue, JsonObject } from "./json.ts";

/** Reads a call's arguments by the tool's own schema: what it answers is what the tool is given. May throw, as schemas may. */
export type ParseArgs = (args: JsonObject) => Awaitable<{ readonly value: unknown } | { readonly issues: readonly Issue[] }>;

/** From the arguments down: `["payees", 0, "iban"]`. */
export type ArgsPath = readonly (string | number)[];

/**
 * What the tool's schema makes of the arguments: defaults, transforms, members that it drops. Shown beside them, recorded,
 * and the same when the call runs; else it doesn't run.
 * @example { sets: [{ path: ["currency"], value: "JPY" }], atRunTime: [["sentAt"]] }
 */
export interface ParsedArgs {
  /** As JSON: dates as ISO texts, bytes in hexadecimal. Without `value`: the tool doesn't get what the arguments have there. */
  readonly sets: readonly { readonly path: ArgsPath; readonly value?: unknown }[];
  /** What comes out different each time, such as the time or a random id: the tool gets what it is then. */
  readonly atRunTime: readonly ArgsPath[];
  /** An edit was checked where the tool's schema isn't at hand: other arguments of it may be set as well. */
  readonly partial?: true;
}

/** The same as it is recorded. `hidden`: the schema makes it of something that a mask hides, so nobody is shown it either. */
export interface RecordedParse extends ParsedArgs {
  readonly sets: readonly (ParsedArgs["sets"][number] & { readonly hidden?: true })[];
}
