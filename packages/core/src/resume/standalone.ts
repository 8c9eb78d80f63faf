import { z } from "zod";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { Principal } from "../contract/principal.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Reviewer } from "../decide/reviewer.ts";
import { nativeToken, type Invocation } from "../suspend/invocation.ts";
import { contextOf, principalOf, refuseUnusableId } from "./input.ts";
import type { Approval } from "./gate.ts";
import { askTicket, type GatingKernel } from "./ticket.ts";

export interface Question {
  readonly threadId: string;
  readonly tool: string;
  readonly args: unknown;
  readonly key: string;
  readonly requestedBy?: string | Principal | undefined;
  readonly context?: unknown;
}

const questionSchema = z.lazy(() => z.object({ key: z.string().min(1), tool: z.string().min(1), args: jsonObjectSchema }));

/** Asks about a call without a framework; with the same key it is the same request. */
export async function ask(kernel: GatingKernel, reviewer: Reviewer | undefined, question: Question): Promise<Approval> {
  refuseUnusableId(question.threadId);
  const invocation: Invocation = {
    threadId: question.threadId,
    agent: "",
    framework: "none",
    requestedBy: principalOf(question.requestedBy),
    context: contextOf(kernel.policy.compiled.context, question.context),
    token: nativeToken(),
    fence: undefined,
    until: Infinity,
    declared: new Set(),
  };
  const { key, tool, args } = parseInput(questionSchema, question, "call");
  return askTicket(kernel, reviewer, invocation, { turnId: `ask:${key}`, callId: key, tool, args });
}
