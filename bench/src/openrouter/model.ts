import { OpenRouter, tool, type ClientTool } from "@openrouter/agent";
import { HTTPClient } from "@openrouter/sdk/lib/http";
import { ARGS, Payment } from "../stores/policy.ts";

/** Calls the tool so many times at once, and then is done. The SDK's own code on both sides of it; no network between. */
export function instantClient(name: string, calls: number): OpenRouter {
  const fetcher = async (request: unknown, init?: RequestInit): Promise<Response> => {
    const { input } = (await new Request(request as Request, init).json()) as { input: string | readonly { type?: string }[] };
    const done = typeof input !== "string" && input.at(-1)?.type === "function_call_output";
    return Response.json({ ...ENVELOPE, output: done ? [DONE] : Array.from({ length: calls }, (_, i) => proposal(name, i)) });
  };
  return new OpenRouter({ apiKey: "none", httpClient: new HTTPClient({ fetcher }), retryConfig: { strategy: "none" } });
}

function proposal(name: string, i: number): object {
  return { type: "function_call", id: `fc_${i}`, call_id: `call_${i}`, name, arguments: JSON.stringify(ARGS), status: "completed" };
}

const DONE = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "done", annotations: [] }],
};

const ENVELOPE = {
  id: "resp_1",
  object: "response",
  created_at: 0,
  completed_at: 0,
  status: "completed",
  model: "instant",
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: null,
  frequency_penalty: null,
  presence_penalty: null,
  temperature: null,
  top_p: null,
  tool_choice: "auto",
  tools: [],
  parallel_tool_calls: true,
};

/** A tool that does nothing. */
export function instantTool(name: string, requireApproval = false): ClientTool {
  return tool({ name, inputSchema: Payment, requireApproval, execute: async ({ recipient }) => recipient });
}
