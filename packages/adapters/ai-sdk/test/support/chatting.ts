import { CountersignError, type AgentRunner, type RunOutcome } from "@countersign/core";
import { isToolUIPart, type UIMessage } from "ai";
import { generated } from "./drives.ts";
import type { Drive } from "./neutral-adapter.ts";
import { Page } from "./page.ts";
import { serve } from "./route.ts";

interface Said {
  readonly draws: number;
  readonly outcome: RunOutcome<string>;
}

/**
 * Every start and resume is a chat page's, over HTTP. What the page can't say, such as `pending`, goes to the runner; so does
 * a start while calls wait, which is the runner's to refuse: of a page it would be kept.
 */
export const chatting: Drive = (runner) => {
  const direct = generated(runner);
  let server: ReturnType<typeof serve> | undefined;
  const open = async (): Promise<string> => (await (server ??= serve(runner))).url;

  async function start(threadId: string, input: string, options: Parameters<AgentRunner<string>["start"]>[2]): Promise<Said> {
    const url = await open();
    const shown = await load(url, threadId);
    if (options?.pending === "cancel" || waits(shown)) return { draws: 0, outcome: await direct.start(threadId, input, options) };
    const user = typeof options?.requestedBy === "string" ? options.requestedBy : "";
    const page = new Page(url, threadId, user, { context: options && "context" in options ? options.context : undefined });
    await page.sendMessage({ text: input });
    return said(page, false);
  }
  async function resume(threadId: string): Promise<Said> {
    const url = await open();
    const messages = await load(url, threadId);
    if (messages.at(-1)?.role !== "assistant") return { draws: 0, outcome: await direct.resume(threadId) };
    const page = new Page(url, threadId, "bob", { messages });
    await page.sendMessage();
    return said(page, JSON.stringify(page.messages) === JSON.stringify(messages));
  }
  async function said(page: Page, replayed: boolean): Promise<Said> {
    const [code] = page.codes;
    // What the code carries stays in the process that threw it.
    if (code) throw Object.assign(new CountersignError("SETUP", { hint: page.error?.message ?? "" }), { code });
    if (page.error) throw page.error;
    const outcome = await direct.resume(page.id);
    return { draws: page.draws(), outcome: outcome.status === "completed" ? { ...outcome, replayed } : outcome };
  }
  const streamed = ({ draws, outcome }: Said) => ({
    stream: ReadableStream.from(Array.from({ length: draws }, () => "drawn")),
    outcome: Promise.resolve(outcome),
  });

  return {
    ...direct,
    start: async (threadId, input, options) => (await start(threadId, input, options)).outcome,
    resume: async (threadId, options) => (options?.signal ? direct.resume(threadId, options) : (await resume(threadId)).outcome),
    stream: async (threadId, input, options) => streamed(await start(threadId, input, options)),
    resumeStream: async (threadId) => streamed(await resume(threadId)),
    close: async () => (await server)?.close(),
  };
};

async function load(url: string, threadId: string): Promise<UIMessage[]> {
  return (await (await fetch(`${url}/messages/${encodeURIComponent(threadId)}`)).json()) as UIMessage[];
}

function waits(messages: readonly UIMessage[]): boolean {
  return messages.at(-1)?.parts.some((part) => isToolUIPart(part) && part.state === "approval-requested") ?? false;
}
