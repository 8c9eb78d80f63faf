import { z } from "zod";
import { nameSchema } from "./name.ts";
import { principalSchema, type Principal } from "./principal.ts";

/** What a freeze stops: the calls of a tool, of an agent, or (with neither) all of the tenant. With both: this tool of this agent. */
export interface FreezeScope {
  /** As rules are named: `send_payment`, `billing/*`. A name without a namespace stops tools of that name in every namespace. */
  readonly tool?: string | undefined;
  readonly agent?: string | undefined;
}

/** Executions that are stopped until somebody lifts it. */
export interface Freeze extends FreezeScope {
  readonly id: string;
  readonly by: Principal;
  readonly reason: string;
  /** Unix ms. */
  readonly at: number;
}

/** Strict: a misspelt `tool` would stop the whole tenant. */
export const freezeScopeSchema: z.ZodType<FreezeScope> = z.lazy(() =>
  z.strictObject({ tool: nameSchema.optional(), agent: nameSchema.optional() }),
);

export const freezesSchema: z.ZodType<readonly Freeze[]> = z.lazy(() =>
  z.array(
    z.strictObject({
      id: z.string(),
      tool: z.string().optional(),
      agent: z.string().optional(),
      by: principalSchema,
      reason: z.string(),
      at: z.number(),
    }),
  ),
);
