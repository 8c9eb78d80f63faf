import { Amount } from "@countersign/adapter-tests";
import { createRunner, gateTools, type ResponseOptions } from "@countersign/ai-sdk";
import { createGate, definePolicy, type ApprovalRequest, type Gate, type Reviewer, type ReviewTerms } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { lastAssistantMessageIsCompleteWithApprovalResponses, tool, ToolLoopAgent, type ToolSet, type UIMessage } from "ai";
import manifest from "ai/package.json" with { type: "json" };
import { afterEach } from "vitest";
import { z } from "zod";
import { Page } from "./page.ts";
import { serve, type Chats } from "./route.ts";
import { scriptedModel } from "./scripted-model.ts";

type Turns = Parameters<typeof scriptedModel>[0];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export const call = (id: string, amount: number, to = "Acme") => ({ id, tool: "pay", args: { amount, to } });
export const paying: Turns = [{ calls: [call("a", 4_200)] }, { text: "all paid" }];

interface Call {
  readonly args: { readonly amount: number };
}

interface Options {
  readonly review?: ReviewTerms;
  /** Paths of arguments that only the tool gets to see. */
  readonly redact?: readonly string[];
  readonly reviewer?: Reviewer;
  /** Another process on the same store. */
  readonly store?: StorePort;
  readonly now?: () => number;
  /** What the tool does besides. */
  readonly effect?: () => unknown;
  /** What the route gives to `respond` besides. */
  readonly respond?: { readonly signal?: AbortSignal } & ResponseOptions;
}

/** A chat's server, with everything that a test has to look at. */
export async function open(
  turns: Turns = paying,
  { review = {}, redact, reviewer, now, store = memoryStore(now ? { now } : {}), effect, respond }: Options = {},
) {
  const pays = { args: Amount, review, ask: ({ args }: Call) => args.amount > 1_000, deny: ({ args }: Call) => args.amount > 100_000 };
  const policy = definePolicy({ tools: { pay: redact ? { ...pays, redact } : pays, search: "ask" } });
  const gate: Gate = createGate({ policy, store, warn: () => {}, ...(now ? { now } : {}), ...(reviewer ? { reviewer } : {}) });
  const paid: unknown[] = [];
  const pay = tool({
    inputSchema: Amount,
    execute: async (args) => {
      paid.push(args);
      await effect?.();
      return { paid: args.amount };
    },
  });
  const locate = tool({ inputSchema: z.object({}), outputSchema: z.object({ city: z.string() }) });
  const hosted = { search: async () => "found" };
  const search = { type: "provider", isProviderExecuted: true, id: "scripted.search", args: {}, inputSchema: z.object({}) } as const;
  const { model, transcript } = scriptedModel(turns, manifest.version.startsWith("6.") ? "v3" : "v4", hosted);
  const tools = gateTools<ToolSet, unknown>(gate, { pay, locate, search });
  const runner = createRunner(gate, new ToolLoopAgent({ model, tools, maxRetries: 0 }), { name: "chats", ungated: ["locate", "search"] });
  const chats: Chats = {
    respond: (request) => runner.respond({ ...request, ...(respond as object) }),
    messages: (threadId) => runner.messages(threadId),
  };
  const server = await serve(chats);
  closing.push(server.close);
  const requests: string[] = [];
  const page = (user: string, messages: UIMessage[] = [], onData?: (part: object) => void): Page => {
    const opened: Page = new Page(server.url, "chat-1", user, {
      messages,
      ...(onData && { onData }),
      sendAutomaticallyWhen: () => {
        const sends = lastAssistantMessageIsCompleteWithApprovalResponses({ messages: opened.messages });
        if (sends) requests.push(user);
        return sends;
      },
    });
    return opened;
  };
  const pending = async (): Promise<ApprovalRequest> => (await gate.list({ status: "pending" })).items[0] as ApprovalRequest;
  const load = (): Promise<UIMessage[]> => runner.messages("chat-1");
  return { gate, store, tools, runner, respond: chats.respond, paid, page, pending, transcript, requests, load };
}

/** The calls of a page's last answer: state, and what else is to be seen of each. */
export function callsOf(messages: readonly UIMessage[]) {
  return (messages.at(-1)?.parts ?? []).flatMap((part) =>
    "toolCallId" in part
      ? [part as { toolCallId: string; state: string; output?: unknown; input?: unknown; approval?: { id: string } }]
      : [],
  );
}

export const textOf = (messages: readonly UIMessage[]) =>
  (messages.at(-1)?.parts ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join();

/** Until the page has nothing under way. */
export async function settled(page: Page): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30));
  while (page.status === "submitted" || page.status === "streaming") await new Promise((resolve) => setTimeout(resolve, 10));
}

export async function click(page: Page, approved: boolean, reason?: string): Promise<void> {
  for (const { approval } of callsOf(page.messages).filter(({ state }) => state === "approval-requested"))
    await page.addToolApprovalResponse({ id: approval?.id ?? "", approved, ...(reason === undefined ? {} : { reason }) });
  await settled(page);
}
