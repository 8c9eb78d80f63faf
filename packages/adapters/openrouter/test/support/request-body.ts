import { z } from "zod";

/** The body of a request as the API takes it. An unknown name is refused: it is the way in which a camelCase one shows itself. */

const InputPart = z.looseObject({ type: z.enum(["input_text", "input_image", "input_file", "input_audio", "input_video"]) });
const OutputPart = z.looseObject({ type: z.enum(["output_text", "refusal"]) });
/** What somebody says and what the model says have parts of their own. */
const content = <P extends z.ZodType>(part: P) =>
  z.union([z.string(), z.array(part)], { error: "content must be a string or an array of parts of its role" });
/** The API tells items apart by how their ids begin. */
const itemId = (prefix: string) => z.string().startsWith(prefix, { error: `Expected an ID that begins with '${prefix}'` });
const CallId = z.string().min(1).max(64);
const Name = z.string().regex(/^[\w-]{1,64}$/);
const Status = z.enum(["in_progress", "completed", "incomplete"]).nullish();

const said = { type: z.literal("message"), id: itemId("msg_").optional(), status: Status, phase: z.string().nullish() };
const Message = z.discriminatedUnion("role", [
  z.strictObject({ ...said, role: z.enum(["user", "system", "developer"]), content: content(InputPart) }),
  z.strictObject({ ...said, role: z.literal("assistant"), content: content(OutputPart) }),
]);
const FunctionCall = z.strictObject({
  type: z.literal("function_call"),
  id: itemId("fc_"),
  call_id: CallId,
  name: Name,
  arguments: z.string(),
  namespace: z.string().optional(),
  status: Status,
});
const ResultPart = z.looseObject({ type: z.enum(["input_text", "input_image", "input_file"]) });
const FunctionCallOutput = z.strictObject({
  type: z.literal("function_call_output"),
  id: z.string().nullish(),
  call_id: CallId,
  output: z.union([z.string(), z.array(ResultPart)], { error: "output must be a string or an array of input parts" }),
  status: Status,
});
const Reasoning = z.looseObject({ type: z.literal("reasoning"), id: itemId("rs_") });

const InputItem = z.preprocess(
  // A message may go without its type.
  (item) => (typeof item === "object" && item !== null && "role" in item ? { type: "message", ...item } : item),
  z.discriminatedUnion("type", [Message, FunctionCall, FunctionCallOutput, Reasoning]),
);

const FunctionTool = z.strictObject({
  type: z.literal("function"),
  name: Name,
  description: z.string().nullish(),
  parameters: z.looseObject({ type: z.literal("object") }).nullable(),
  strict: z.boolean().nullish(),
});
const ServerTool = z.looseObject({ type: z.string().refine((type) => type !== "function") });

const Body = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(z.unknown()).min(1)], { error: "input must be a string or items, and not empty" }),
  stream: z.boolean().default(false),
  instructions: z.string().nullish(),
  tools: z.array(z.union([FunctionTool, ServerTool], { error: "each tool must be a function or a server tool" })).default([]),
  tool_choice: z.union([z.enum(["auto", "none", "required"]), z.looseObject({ type: z.string() })]).default("auto"),
  parallel_tool_calls: z.boolean().nullish(),
  // Nothing is kept at the provider: every request brings the whole conversation.
  store: z.literal(false).optional(),
  previous_response_id: z.null().optional(),
  service_tier: z.string().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int().optional(),
  max_output_tokens: z.int().nullish(),
  max_tool_calls: z.int().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  reasoning: z.looseObject({}).nullish(),
  text: z.looseObject({}).optional(),
  session_id: z.string().optional(),
  user: z.string().optional(),
});

export type InputItem = z.infer<typeof InputItem>;
export type RequestBody = Omit<z.infer<typeof Body>, "input"> & { readonly input: readonly InputItem[] };

/** The body, or what is wrong with it, in the API's words. */
export function readBody(json: unknown): RequestBody | string {
  const body = Body.safeParse(json);
  if (!body.success) return complaint(body.error);
  const names = body.data.tools.flatMap((tool) => (tool.type === "function" ? [(tool as z.infer<typeof FunctionTool>).name] : []));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `Duplicate tool name: ${twice}`;
  const { tool_choice: choice } = body.data;
  if (typeof choice === "object" && choice.type === "function" && !names.includes(String(choice["name"])))
    return `Tool choice '${String(choice["name"])}' not found in 'tools' parameter.`;
  const { input } = body.data;
  // Item by item: the complaint names the one that is wrong.
  const items: readonly unknown[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  const read: InputItem[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = InputItem.safeParse(item);
    if (!parsed.success) return complaint(parsed.error, ["input", index]);
    read.push(parsed.data);
  }
  return { ...body.data, input: read };
}

function complaint({ issues }: z.ZodError, at: readonly PropertyKey[] = []): string {
  const [issue] = issues;
  const where = [...at, ...(issue?.path ?? [])].map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `Invalid '${where.replace(/^\./, "")}': ${issue?.message ?? "invalid"}`;
}
