import { z } from "zod";
import { firstNonJson, jsonCopy } from "../canonical/json.ts";
import { isTooLong, TOO_LONG } from "../contract/name.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput, signalSchema } from "../errors/parse-input.ts";
import { shown } from "../errors/shown.ts";
import { parseWith } from "../policy/schema.ts";

/** @throws INVALID_ARGS */
export function principalOf(requestedBy: string | Principal | undefined): Principal | undefined {
  if (requestedBy === undefined) return undefined;
  return parseInput(principalSchema, typeof requestedBy === "string" ? { id: requestedBy } : requestedBy, "requestedBy");
}

/** What is recorded is what was given: a resume parses it again. @throws INVALID_ARGS, NOT_JSON */
export function contextOf(schema: Parameters<typeof parseWith>[0] | undefined, context: unknown): unknown {
  if (schema) {
    const parsed = parseWith(schema, context);
    if ("issues" in parsed) {
      const issues = parsed.issues.map(({ message, path }) => ({ message, path: ["context", ...path] }));
      throw new CountersignError("INVALID_ARGS", { issues });
    }
  }
  const bad = firstNonJson(context ?? null);
  if (bad) throw new CountersignError("NOT_JSON", { path: ["context", ...bad] });
  return context === undefined ? undefined : jsonCopy({ context })["context"];
}

const optionsSchema = z.lazy(() => z.looseObject({ pending: z.enum(["refuse", "cancel"]).optional(), signal: signalSchema.optional() }));

/** A misspelt word about what waits must not withdraw it. What else is given is the framework's. @throws INVALID_ARGS */
export function refuseUnusableOptions(options: object | undefined): void {
  if (options !== undefined)
    parseInput(optionsSchema, options, "options", 'Write runner.start(threadId, input, { requestedBy: "bob", pending: "cancel" }).');
}

/** @throws INVALID_ARGS */
export function refuseNoInput(input: unknown): void {
  if (input !== undefined) return;
  const note = "Write runner.start(threadId, input). To go on with what was started, write runner.resume(threadId).";
  throw new CountersignError("INVALID_ARGS", { issues: [{ path: ["input"], message: "missing" }] }, { note });
}

/** Countersign keeps records of its own under such ids. @throws INVALID_ARGS */
export function refuseUnusableId(threadId: unknown): void {
  const isId = typeof threadId === "string" && threadId !== "" && threadId.isWellFormed() && !threadId.startsWith("countersign/");
  if (isId && !isTooLong(threadId)) return;
  throw new CountersignError("INVALID_ARGS", {
    issues: [
      {
        path: ["threadId"],
        message: isId ? TOO_LONG : threadId === undefined ? "missing" : `expected the id of a conversation, got ${shown(threadId)}`,
      },
    ],
  });
}
