// A model that needs no network: it turns sentences about payments into tool calls, and results into an answer.
import { HTTPClient } from "@openrouter/sdk/lib/http";
import { paymentsIn } from "../sentences.ts";

const HELP =
  "I only know payments with a $ amount. Try 'Pay Acme Corp $4200 for invoice 88 and Globex $300', in single quotes: in double quotes the shell eats the $.";

/** Takes the place of the network: what would go to the API is answered here. */
export const offline: HTTPClient = new HTTPClient({
  fetcher: async (request, init) => {
    const { input } = (await new Request(request as Request, init).json()) as { readonly input: string | readonly Item[] };
    return Response.json({ ...ENVELOPE, id: crypto.randomUUID(), output: answer(typeof input === "string" ? [user(input)] : input) });
  },
});

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly output?: unknown;
}

function answer(items: readonly Item[]): readonly object[] {
  const asked = items.findLastIndex(({ role }) => role === "user");
  const results = items.slice(asked + 1).filter(({ type }) => type === "function_call_output");
  // The last line of a result is the tool's own; a notice before it says what a person changed.
  if (results.length > 0) return [said(results.map(({ output }) => lastLine(textOf(output))).join(" "))];
  const payments = paymentsIn(textOf(items[asked]?.content));
  if (payments.length === 0) return [said(HELP)];
  return payments.map((args) => ({
    type: "function_call",
    id: `fc_${crypto.randomUUID()}`,
    call_id: `call_${crypto.randomUUID()}`,
    name: "send_payment",
    arguments: JSON.stringify(args),
    status: "completed",
  }));
}

function said(text: string): object {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", id: `msg_${crypto.randomUUID()}`, role: "assistant", status: "completed", content };
}

function user(content: string): Item {
  return { role: "user", content };
}

function textOf(content: unknown): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts.map((part) => (typeof part === "string" ? part : (part as { text?: string } | undefined)?.text) ?? "").join("");
}

/** Results are JSON: a text stands in quotes. */
function lastLine(result: string): string {
  const line = result.trim().split("\n").at(-1) ?? "";
  return line.startsWith('"') ? (JSON.parse(line) as string) : line;
}

const ENVELOPE = {
  object: "response",
  created_at: 0,
  completed_at: 0,
  status: "completed",
  model: "offline",
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
