/** An item of the Responses API, in a request or an answer. */
export interface WireItem {
  readonly type?: string;
  readonly role?: string;
  readonly id?: string | undefined;
  readonly [key: string]: unknown;
}

/** Which kind of output answers which kind of call. */
const OUTPUTS: Readonly<Record<string, string>> = {
  function_call: "function_call_output",
  custom_tool_call: "custom_tool_call_output",
  computer_call: "computer_call_output",
  shell_call: "shell_call_output",
  local_shell_call: "local_shell_call_output",
  apply_patch_call: "apply_patch_call_output",
};
const ANSWERED: ReadonlyMap<string | undefined, string> = new Map(Object.entries(OUTPUTS).map(([call, output]) => [output, call]));
/** Whatever a provider ran by itself. */
const OTHERS: ReadonlySet<string | undefined> = new Set([
  "message",
  "reasoning",
  "compaction",
  "mcp_call",
  "mcp_list_tools",
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
]);

/**
 * Why OpenAI's API would refuse a request with these items, behind what it keeps already. Undefined: it takes them.
 * @param kept of the conversation, or of the responses before
 */
export function wireFault(items: readonly WireItem[], kept: readonly WireItem[] = []): string | undefined {
  const all = [...kept, ...items];
  return all.map(shapeFault).find(Boolean) ?? idFault(all) ?? pairFault(all) ?? approvalFault(all) ?? reasoningFault(all);
}

function shapeFault(item: WireItem, at: number): string | undefined {
  const { type, role } = item;
  const bad = (field: string): string => `Invalid value: 'input[${at}].${field}'.`;
  if (type === undefined) return role === undefined ? bad("type") : undefined;
  switch (type) {
    case "function_call_output":
      return typeof item["output"] === "string" || Array.isArray(item["output"]) ? undefined : bad("output");
    case "computer_call_output":
      return isScreenshot(item["output"]) ? undefined : bad("output");
    case "shell_call_output":
      return Array.isArray(item["output"]) && item["output"].every(isCommandOutput) ? undefined : bad("output");
    case "apply_patch_call_output":
      return item["status"] === "completed" || item["status"] === "failed" ? undefined : bad("status");
    case "mcp_approval_response":
      return typeof item["approve"] === "boolean" ? undefined : bad("approve");
    default:
      return type in OUTPUTS || ANSWERED.has(type) || OTHERS.has(type) || type === "mcp_approval_request" ? undefined : bad("type");
  }
}

function isScreenshot(output: unknown): boolean {
  const { type, image_url, file_id } = (output ?? {}) as Record<string, unknown>;
  return type === "computer_screenshot" && (/^(data:image|https?:)/.test(String(image_url)) || typeof file_id === "string");
}

function isCommandOutput(output: unknown): boolean {
  const { stdout, stderr, outcome } = (output ?? {}) as Record<string, unknown>;
  const { type, exit_code } = (outcome ?? {}) as Record<string, unknown>;
  return (
    typeof stdout === "string" && typeof stderr === "string" && (type === "timeout" || (type === "exit" && Number.isInteger(exit_code)))
  );
}

function idFault(items: readonly WireItem[]): string | undefined {
  const ids = items.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const twice = ids.find((id, at) => ids.indexOf(id) < at);
  return twice === undefined ? undefined : `Duplicate item found with id ${twice}. Remove duplicate items from your input and try again.`;
}

/** A call has one output of its kind, behind it, and an output has a call. */
function pairFault(items: readonly WireItem[]): string | undefined {
  const open = new Map<string, string>();
  const seen = new Set<unknown>();
  for (const { type = "", call_id } of items) {
    const output = OUTPUTS[type];
    const call = ANSWERED.get(type);
    if (output !== undefined) {
      if (seen.has(call_id)) return `Duplicate tool call found with call_id ${String(call_id)}.`;
      seen.add(call_id);
      open.set(String(call_id), output);
    } else if (call !== undefined) {
      if (open.get(String(call_id)) !== type) return `No tool call found for ${type.replaceAll("_", " ")} with call_id ${String(call_id)}.`;
      open.delete(String(call_id));
    }
  }
  const [left] = open;
  return left && `No tool output found for ${left[1].replace(/_output$/, "").replaceAll("_", " ")} ${left[0]}.`;
}

function approvalFault(items: readonly WireItem[]): string | undefined {
  const open = new Set<unknown>();
  for (const { type, id, approval_request_id: of } of items) {
    if (type === "mcp_approval_request") open.add(id);
    if (type === "mcp_approval_response" && !open.delete(of))
      return `MCP approval response for an unknown or answered request ${String(of)}.`;
  }
  return open.size === 0 ? undefined : `The following MCP approval requests do not have an approval: ${[...open].join(", ")}`;
}

/** What a model thought stands in front of what it then said or did. */
function reasoningFault(items: readonly WireItem[]): string | undefined {
  const lonely = items.find(({ type }, at) => type === "reasoning" && !isModels(items[at + 1]));
  return lonely && `Item '${lonely.id}' of type 'reasoning' was provided without its required following item.`;
}

function isModels(item: WireItem | undefined): boolean {
  if (!item) return false;
  const { type, role } = item;
  return role === undefined ? type !== undefined && !ANSWERED.has(type) && type !== "mcp_approval_response" : role === "assistant";
}
