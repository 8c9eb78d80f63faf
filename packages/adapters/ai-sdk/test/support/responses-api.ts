import type { JsonObject } from "@countersign/core";

/** An item of a request or a response, as the Responses API has it. */
export interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly role?: string;
  readonly call_id?: string;
  readonly approval_request_id?: string;
  readonly approve?: boolean;
  readonly name?: string;
  readonly arguments?: string;
  readonly output?: unknown;
}

/** The Responses API as `@ai-sdk/openai` reaches it, and as strict as the real one: what it refuses is a 400. */
export interface ResponsesApi {
  readonly fetch: typeof globalThis.fetch;
  /** The input of each request that it took, with references resolved. */
  readonly taken: readonly (readonly Item[])[];
  /** What it refused, and why. */
  readonly refused: readonly string[];
}

export function responsesApi(next: (input: readonly Item[], request: number) => readonly Item[]): ResponsesApi {
  const kept = new Map<string, Item>();
  const taken: (readonly Item[])[] = [];
  const refused: string[] = [];
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(init?.body as string) as { readonly input: readonly Item[]; readonly stream?: boolean };
    const input = body.input.map((item) => (item.type === "item_reference" ? (kept.get(item.id ?? "") ?? item) : item));
    const faults = faultsOf(input);
    if (faults.length > 0) {
      refused.push(...faults);
      return Response.json(
        { error: { message: faults.join("; "), type: "invalid_request_error", param: "input", code: null } },
        { status: 400 },
      );
    }
    taken.push(input);
    const output = next(input, taken.length - 1);
    for (const item of output) if (item.id !== undefined) kept.set(item.id, item);
    const response = { ...RESPONSE, id: `resp_${taken.length}`, output };
    return body.stream ? streamOf(response) : Response.json(response);
  };
  return { fetch, taken, refused };
}

let made = 0;
export const said = (text: string): Item => ({ type: "message", id: `msg_${++made}`, role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] }) as Item; // prettier-ignore
export const called = (call_id: string, name: string, args: JsonObject): Item => ({ type: "function_call", id: `fc_${call_id}`, call_id, name, arguments: JSON.stringify(args), status: "completed" }) as Item; // prettier-ignore
/** A hosted MCP server's call that the API asks about… */
export const asked = (id: string, name: string, args: JsonObject): Item => ({ type: "mcp_approval_request", id, name, arguments: JSON.stringify(args), server_label: "crm" }) as Item; // prettier-ignore
/** …and what came of it. */
export const ran = (approval: string, name: string, output: string): Item => ({ type: "mcp_call", id: `mcp_${approval}`, approval_request_id: approval, name, arguments: "{}", server_label: "crm", status: "completed", output }) as Item; // prettier-ignore

const RESPONSE = {
  object: "response",
  created_at: 1,
  status: "completed",
  model: "gpt-5.2",
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2, input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } }, // prettier-ignore
  error: null,
  incomplete_details: null,
};

function streamOf(response: { readonly output: readonly Item[] }): Response {
  const events = [
    { type: "response.created", response: { ...response, output: [] } },
    ...response.output.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item },
      ...(item.type === "message" ? [{ type: "response.output_text.delta", item_id: item.id, delta: textOf(item) }] : []),
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: "response.completed", response },
  ];
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

function textOf(item: Item): string {
  return (item as unknown as { content: { text: string }[] }).content.map((part) => part.text).join("");
}

/** Which answer each kind of call wants, and by what it names the call. */
const PAIRS = [
  ["function_call", "function_call_output"],
  ["custom_tool_call", "custom_tool_call_output"],
  ["local_shell_call", "local_shell_call_output"],
  ["shell_call", "shell_call_output"],
  ["apply_patch_call", "apply_patch_call_output"],
  ["computer_call", "computer_call_output"],
  ["mcp_approval_request", "mcp_approval_response"],
] as const;

function faultsOf(input: readonly Item[]): readonly string[] {
  const unknown = input.filter(({ type }) => type === "item_reference").map(({ id }) => `Item with id '${id}' not found.`);
  const ids = input.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const doubled = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `Duplicate item found with id ${id}.`);
  return [...unknown, ...doubled, ...PAIRS.flatMap(([call, answer]) => unpaired(input, call, answer)), ...empty(input)];
}

function unpaired(input: readonly Item[], call: string, answer: string): readonly string[] {
  const nameOf = (item: Item): string | undefined =>
    item.type === "mcp_approval_request" ? item.id : (item.approval_request_id ?? item.call_id);
  const calls = input.filter(({ type }) => type === call).map(nameOf);
  const answers = input.filter(({ type }) => type === answer).map(nameOf);
  const placeOf = (type: string, name: string | undefined): number =>
    input.findIndex((item) => item.type === type && nameOf(item) === name);
  return [
    ...calls.filter((name) => !answers.includes(name)).map((name) => `No ${answer} found for ${call} ${name}.`),
    ...answers.filter((name) => !calls.includes(name)).map((name) => `No ${call} found for ${answer} ${name}.`),
    ...answers.filter((name, at) => answers.indexOf(name) !== at).map((name) => `Duplicate ${answer} for ${name}.`),
    ...answers.filter((name) => calls.includes(name) && placeOf(answer, name) < placeOf(call, name)).map((name) => `${answer} ${name} stands before its call.`), // prettier-ignore
  ];
}

function empty(input: readonly Item[]): readonly string[] {
  return input.flatMap(({ type, output, call_id }) => (type?.endsWith("_output") && output === undefined ? [`Missing output of ${call_id}.`] : [])); // prettier-ignore
}
