import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ChatResult } from "@langchain/core/outputs";
import { MemorySaver } from "@langchain/langgraph";
import { createGate, definePolicy } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { agentOver as countersigned } from "./countersign.ts";
import { agentOver as native } from "./native.ts";
import { done } from "./tools.ts";

/** Proposes SQL, then says that it is done. */
class Model extends BaseChatModel {
  constructor() {
    super({});
  }
  override _llmType(): string {
    return "scripted";
  }
  override bindTools(): this {
    return this;
  }
  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const call = { type: "tool_call", id: "call_0", name: "execute_sql", args: { query: "DELETE FROM logs" } } as const;
    const message = messages.at(-1)?.type === "human" ? new AIMessage({ content: "", tool_calls: [call] }) : new AIMessage("Done.");
    return { generations: [{ text: message.text, message }] };
  }
}

beforeEach(() => {
  done.length = 0;
});

describe("LangChain's own example", () => {
  it("natively executes once for one approval, and again for a second click", async () => {
    const agent = native(new Model(), new MemorySaver());
    await agent.ask("t", "Clean up");
    expect(done).toEqual([]);
    await Promise.all([agent.approve("t"), agent.approve("t")]);
    expect(done).toEqual(["executed DELETE FROM logs", "executed DELETE FROM logs"]);
  });

  it("with Countersign executes once, however often somebody clicks, and knows who did", async () => {
    const gate = createGate({ policy: definePolicy({ default: "allow" }), store: sqliteStore(":memory:"), warn: () => {} });
    const agent = countersigned(gate, new Model(), new MemorySaver());
    await agent.ask("t", "Clean up");
    const { items: shown } = await gate.list({ status: "pending" });
    expect(shown).toMatchObject([{ tool: "execute_sql", terms: { decisions: ["approve", "reject"] } }]);
    const dba = { id: "dana" };
    await Promise.allSettled([agent.approve("t", shown, dba), agent.approve("t", shown, dba)]);
    expect(done).toEqual(["executed DELETE FROM logs"]);
    expect(await gate.get(shown[0]?.id ?? "")).toMatchObject({ execution: "done", decisions: [{ by: dba }] });
    await gate.store.close();
  });
});

it("the guide shows exactly the difference between the two files", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../docs/from-human-in-the-loop-middleware.md"), "utf8");
  const diff = /```diff\n([\s\S]*?)\n```/.exec(guide)?.[1]?.split("\n") ?? [];
  const side = (mark: "-" | "+") => diff.filter((line) => line[0] !== mark).map((line) => line.slice(1)).join("\n"); // prettier-ignore
  const file = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8").trimEnd();
  expect(side("+")).toBe(file("native.ts"));
  expect(side("-")).toBe(file("countersign.ts"));
});
