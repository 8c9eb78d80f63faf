import { approve, CountersignError, reject } from "@countersign/core";
import type { NativeAnswer } from "@countersign/core/adapter";
import { z } from "zod";

/** A `tool-approval-response`, as every UI of the SDK sends it. */
export interface Response {
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
}
const responsesSchema: z.ZodType<readonly Response[]> = z.array(
  z.object({ approvalId: z.string(), approved: z.boolean(), reason: z.string().optional() }),
);

/** What a client sends is anything until it is looked at. @throws NATIVE_REFUSED */
export function responsesIn(threadId: string, given: unknown): readonly Response[] {
  const parsed = responsesSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refusal(threadId, `it is not a list of approval responses (${z.prettifyError(parsed.error)})`);
}

/** `digest`: of the arguments that its sender was shown, where the answer says so. */
export function answerOf({ approved, reason }: Response, id: string, digest?: string): NativeAnswer {
  return { id, digest, decision: approved ? approve() : reject(reason) };
}

export function refusal(threadId: string, reason: string): CountersignError<"NATIVE_REFUSED"> {
  return new CountersignError("NATIVE_REFUSED", { threadId, reason });
}
