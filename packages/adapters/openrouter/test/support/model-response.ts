import { randomUUID } from "node:crypto";
import { TOKENS } from "@countersign/conformance";
import type { RequestBody } from "./request-body.ts";

/** What a model answers, as the API says it. */
export type OutputItem =
  | {
      readonly type: "message";
      readonly id: string;
      readonly role: "assistant";
      readonly status: "completed";
      readonly content: readonly OutputText[];
    }
  | {
      readonly type: "function_call";
      readonly id: string;
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
      readonly status: "completed";
    };
export interface OutputText {
  readonly type: "output_text";
  readonly text: string;
  readonly annotations: readonly never[];
}

export function said(text: string): OutputItem {
  return { type: "message", id: `msg_${randomUUID()}`, role: "assistant", status: "completed", content: [outputText(text)] };
}

/** `args`: a string is taken as it is, such as JSON that isn't any. */
export function called(callId: string, name: string, args: unknown): OutputItem {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  return { type: "function_call", id: `fc_${randomUUID()}`, call_id: callId, name, arguments: text, status: "completed" };
}

export function outputText(text: string): OutputText {
  return { type: "output_text", text, annotations: [] };
}

export type ModelResponse = ReturnType<typeof responseTo>;

/** The envelope around the answer. */
export function responseTo({ model, tools, tool_choice }: RequestBody, output: readonly OutputItem[]) {
  const now = Math.floor(Date.now() / 1_000);
  return {
    id: `resp_${randomUUID()}`,
    object: "response",
    created_at: now,
    completed_at: now as number | null,
    status: "completed" as "completed" | "in_progress" | "failed",
    model,
    output,
    error: null as { readonly code: "server_error"; readonly message: string } | null,
    incomplete_details: null,
    instructions: null,
    metadata: null,
    temperature: null,
    top_p: null,
    frequency_penalty: null,
    presence_penalty: null,
    parallel_tool_calls: true,
    tool_choice,
    tools,
    usage: {
      input_tokens: TOKENS.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: TOKENS.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: TOKENS.inputTokens + TOKENS.outputTokens,
    },
  };
}
