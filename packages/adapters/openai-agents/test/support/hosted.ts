import type { AgentInputItem, AgentOutputItem } from "@openai/agents";

/** Tools of a hosted MCP server: what the model's provider does with them. */

export const SERVER = "bank";

/** What runs once it is approved. */
export type Hosted = Readonly<Record<string, (args: never) => unknown>>;

/** The provider's question. */
export function approvalRequest(id: string, name: string, args: string, server = SERVER): AgentOutputItem {
  const providerData = { id, type: "mcp_approval_request", name, arguments: args, server_label: server };
  return { type: "hosted_tool_call", id, name: "mcp_approval_request", status: "completed", providerData };
}

interface ApprovalData {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly approve?: boolean;
  readonly reason?: string;
  readonly approval_request_id?: string;
}

export function approvalIn(item: AgentInputItem | undefined, part: "request" | "response"): ApprovalData | undefined {
  if (item?.type !== "hosted_tool_call" || item.name !== `mcp_approval_${part}`) return undefined;
  return item.providerData as unknown as ApprovalData;
}

/** Runs what was approved since the model last spoke. */
export async function runApproved(items: readonly AgentInputItem[], hosted: Hosted): Promise<AgentOutputItem[]> {
  const since = items.findLastIndex((item) => approvalIn(item, "response") === undefined) + 1;
  const ran: AgentOutputItem[] = [];
  for (const item of items.slice(since)) {
    const response = approvalIn(item, "response");
    const asked = items.map((each) => approvalIn(each, "request")).find((each) => each?.id === response?.approval_request_id);
    if (!asked || !response?.approve) continue;
    const output = String(await hosted[asked.name]?.(JSON.parse(asked.arguments) as never));
    const providerData = { id: `mcp_${asked.id}`, type: "mcp_call", name: asked.name, arguments: asked.arguments, server_label: SERVER };
    ran.push({ type: "hosted_tool_call", id: `mcp_${asked.id}`, name: "mcp_call", status: "completed", output, providerData });
  }
  return ran;
}

/** An API wants one response to each request, and no other. */
export function refuseUnapproved(items: readonly AgentInputItem[]): void {
  const open = new Set<string | undefined>();
  for (const item of items) {
    const request = approvalIn(item, "request");
    const response = approvalIn(item, "response");
    if (request) open.add(request.id);
    if (response && !open.delete(response.approval_request_id)) throw new Error(`400: ${response.approval_request_id} is no open request`);
  }
  if (open.size > 0) throw new Error(`400: MCP approval requests ${[...open].join()} do not have an approval`);
}
