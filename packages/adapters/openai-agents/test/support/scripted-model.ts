import { appendFileSync } from "node:fs";
import { TOKENS } from "@countersign/conformance";
import {
  Usage,
  type AgentInputItem,
  type AgentOutputItem,
  type Model,
  type ModelRequest,
  type ModelResponse,
  type StreamEvent,
  type UsageInput,
} from "@openai/agents";
import { approvalIn, approvalRequest, refuseUnapproved, runApproved, type Hosted } from "./hosted.ts";

export interface ScriptedCall {
  readonly name: string;
  readonly args: unknown;
  readonly id?: string;
  /** Of a tool that `toolNamespace` grouped. */
  readonly namespace?: string;
}

/** What a model was asked, and what it then proposed. */
export type Script = (items: readonly AgentInputItem[]) => readonly ScriptedCall[] | string;

/**
 * A model that follows a script, whatever process it runs in: the SDK's own one counts its calls. A conversation that a
 * provider would refuse (a call without its result) is refused here too.
 */
export class ScriptedModel implements Model {
  readonly script: Script;
  readonly log: string | undefined;
  /** What the model's provider runs by itself. */
  readonly hosted: Hosted;
  /** What each of its responses says that it took. */
  readonly tokens: UsageInput;
  requests = 0;
  lastItems: readonly AgentInputItem[] = [];

  constructor(script: Script, log?: string, hosted: Hosted = {}, tokens: UsageInput = TOKENS) {
    this.script = script;
    this.log = log;
    this.hosted = hosted;
    this.tokens = tokens;
  }

  async getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    const items: readonly AgentInputItem[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
    refuseUnanswered(items);
    refuseUnapproved(items);
    this.requests++;
    this.lastItems = structuredClone(items);
    if (this.log) appendFileSync(this.log, `request ${process.pid}\n`);
    const ran = await runApproved(items, this.hosted);
    const answer = this.script(items);
    const output = typeof answer === "string" ? [said(answer)] : answer.map((call, index) => this.called(call, index));
    return { usage: new Usage({ ...this.tokens, requests: 1 }), output: [...ran, ...output] };
  }

  private called(call: ScriptedCall, index: number): AgentOutputItem {
    const { name, args, id = `call_${index}` } = call;
    return name in this.hosted ? approvalRequest(id, name, JSON.stringify(args)) : called(call, index);
  }

  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    yield { type: "response_started" };
    const { usage, output } = await this.getResponse(request);
    for (const item of output) {
      if (item.type === "message") yield { type: "output_text_delta", delta: textOf(item) };
    }
    const { inputTokens, outputTokens, totalTokens } = usage;
    yield {
      type: "response_done",
      response: { id: "response", usage: { inputTokens, outputTokens, totalTokens }, output: output as never },
    };
  }
}

function said(text: string): AgentOutputItem {
  return { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] };
}

function called({ name, args, id, namespace }: ScriptedCall, index: number): AgentOutputItem {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  return {
    type: "function_call",
    callId: id ?? `call_${index}`,
    name,
    arguments: text,
    status: "completed",
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** How many responses of the model a conversation has: calls that stand together are one. */
export function responsesIn(items: readonly AgentInputItem[]): number {
  return items.filter((item, index) => (isCall(item) ? !isCall(items[index - 1]) : item.type === "message" && item.role === "assistant"))
    .length;
}

const isCall = (item: AgentInputItem | undefined): boolean => item?.type === "function_call" || approvalIn(item, "request") !== undefined;

export function textOf(item: AgentInputItem): string {
  if (item.type === "function_call_result") return outputText(item.output);
  const content: unknown = "content" in item ? item.content : "";
  if (!Array.isArray(content)) return String(content);
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

function outputText(output: unknown): string {
  if (typeof output === "string") return output;
  const parts: readonly unknown[] = Array.isArray(output) ? output : [output];
  return parts.map((part) => (part as { text?: string }).text ?? JSON.stringify(part)).join("");
}

function refuseUnanswered(items: readonly AgentInputItem[]): void {
  let open: string[] = [];
  let answering = false;
  for (const item of items) {
    if (item.type === "function_call") {
      if (answering && open.length > 0) throw new Error(`400: calls ${open.join()} have no result`);
      answering = false;
      open.push(item.callId);
    } else if (item.type === "function_call_result") {
      answering = true;
      if (!open.includes(item.callId)) throw new Error(`400: result ${item.callId} has no call`);
      open = open.filter((id) => id !== item.callId);
    } else if (item.type !== "hosted_tool_call" && open.length > 0) throw new Error(`400: calls ${open.join()} have no result`);
  }
  if (open.length > 0) throw new Error(`400: calls ${open.join()} have no result`);
}
