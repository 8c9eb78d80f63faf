import { z } from "zod";
import type { Duration, JsonObject } from "./json.ts";
import type { Origin } from "./origin.ts";
import { principalSchema, type Principal } from "./principal.ts";
import { durationSchema } from "./terms.ts";

/**
 * A decision that shall also hold for calls to come. Allowed only where the terms offer the scope; see {@link Grant} for
 * which calls it then decides.
 * @example approve({ remember: { scope: "exact-args", for: "1h", times: 3 } })
 */
export type Remember = {
  /** Calls with exactly these arguments, or any call of the tool. */
  readonly scope: "exact-args" | "tool";
  /** How long. Default 24h. */
  readonly for?: Duration;
  /** For how many calls, the one at hand not counted. Default 10. */
  readonly times?: number;
  /** In this thread, or in every thread of whoever asked. Default `thread`. */
  readonly within?: "thread" | "requester";
};

/** A value of the arguments as a reviewer typed it: a number may be its text. */
export type Confirmed = string | number | boolean | null;
/** What a reviewer typed where the terms say `confirm`: the value, or each by its path where they name several. */
export type Confirmation = Confirmed | { readonly [path: string]: Confirmed };

/** What a reviewer says. Booleans are no decisions. Made by {@link approve}, {@link edit} and {@link reject}. */
export type Decision =
  | {
      readonly type: "approve";
      readonly comment?: string | undefined;
      readonly remember?: Remember | undefined;
      readonly confirm?: Confirmation | undefined;
    }
  | {
      readonly type: "edit";
      readonly args: object;
      readonly comment?: string | undefined;
      readonly remember?: Remember | undefined;
      readonly confirm?: Confirmation | undefined;
    }
  | {
      readonly type: "reject";
      readonly message?: string | undefined;
      readonly comment?: string | undefined;
      /** What the run does next: the model plans on (default), is invited to propose a revision, or the run stops. */
      readonly then?: "continue" | "revise" | "stop" | undefined;
      readonly remember?: Remember | undefined;
    };

/** One signature: what was said, by whom, when, through which surface, about which exact arguments. */
export interface DecisionRecord {
  readonly decision: Decision;
  readonly by: Principal;
  /** Unix ms. */
  readonly at: number;
  /** The surface it came through, as the surface named itself: `web`, `cli`, `slack`. */
  readonly via: string | undefined;
  /** Where it was given, if the surface said so. */
  readonly origin?: Origin | undefined;
  /** One decision about several requests: the id that they share. */
  readonly batch?: string | undefined;
  /** Of what was signed: namespace, tool, canonical arguments. */
  readonly digest: string;
  /** Room for a detached signature over digest, terms and time. Not produced yet. */
  readonly signature: { readonly keyId: string; readonly alg: string; readonly value: string } | undefined;
}

type Extras = { comment?: string | undefined; remember?: Remember | undefined };
type Signing = Extras & { confirm?: Confirmation | undefined };

/**
 * The call may run as proposed. `comment` is for people and the audit trail, `confirm` what the terms want to be typed.
 * @example approve({ confirm: 4_200 })
 */
export function approve(options: Signing = {}): Decision {
  return { ...options, type: "approve" };
}

/**
 * The call may run with these arguments instead: the complete ones, nothing is merged.
 * @example edit({ ...request.args, amount: 4_000 })
 */
export function edit(args: object, options: Signing = {}): Decision {
  return { ...options, type: "edit", args };
}

/** The call may not run. `message` is what the model is told. */
export function reject(message?: string, options: Extras & { then?: "continue" | "revise" | "stop" | undefined } = {}): Decision {
  return { ...options, type: "reject", message };
}

/** Zod would drop an own `__proto__` key while copying: a JSON object is checked and kept as it is. */
export const jsonObjectSchema: z.ZodType<JsonObject> = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);

const extras = () => ({
  comment: z.string().optional(),
  remember: z
    .strictObject({
      scope: z.enum(["exact-args", "tool"]),
      for: durationSchema.optional(),
      times: z.number().int().min(1).optional(),
      within: z.enum(["thread", "requester"]).optional(),
    })
    .optional(),
});

const confirmed = () => z.union([z.string(), z.number(), z.boolean(), z.null()]);
const confirmation = () => z.union([confirmed(), z.record(z.string(), confirmed())]).optional();

export const decisionSchema: z.ZodType<Decision> = z.lazy(
  () =>
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("approve"), confirm: confirmation(), ...extras() }),
      z.strictObject({ type: z.literal("edit"), args: jsonObjectSchema, confirm: confirmation(), ...extras() }),
      z.strictObject({
        type: z.literal("reject"),
        message: z.string().optional(),
        then: z.enum(["continue", "revise", "stop"]).optional(),
        ...extras(),
      }),
    ]) as z.ZodType<Decision>,
);

export const decisionRecordSchema: z.ZodType<DecisionRecord> = z.lazy(
  () =>
    z.object({
      decision: decisionSchema,
      by: principalSchema,
      at: z.number(),
      via: z.string().optional(),
      origin: z.object({ user: z.string().optional(), host: z.string().optional(), role: z.string().optional() }).optional(),
      batch: z.string().optional(),
      digest: z.string(),
      signature: z.object({ keyId: z.string(), alg: z.string(), value: z.string() }).optional(),
    }) as z.ZodType<DecisionRecord>,
);
