import { alice, overThousand } from "@countersign/adapter-tests";
import { createGate } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { testDatabase } from "@countersign/test-run";
import { MemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { createAgent, type AgentMiddleware } from "langchain";
import { describe, expect, test, vi } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { newPlace } from "./support/world.ts";

const database = await testDatabase();

/** Each opened twice on the same data, as two processes would, but for the one that forgets. */
const savers: Record<string, () => Promise<{ open(): BaseCheckpointSaver; close(): Promise<void> }>> = {
  async MemorySaver() {
    const saver = new MemorySaver();
    return { open: () => saver, close: async () => {} };
  },
  async SqliteSaver() {
    const { checkpoints } = newPlace();
    const opened: SqliteSaver[] = [];
    const open = (): SqliteSaver => {
      const saver = SqliteSaver.fromConnString(checkpoints);
      opened.push(saver);
      return saver;
    };
    return { open, close: async () => opened.forEach(({ db }) => db.close()) };
  },
  async PostgresSaver() {
    const opened: PostgresSaver[] = [];
    const open = (): PostgresSaver => {
      const saver = PostgresSaver.fromConnString(database);
      opened.push(saver);
      return saver;
    };
    await open().setup();
    return { open, close: async () => void (await Promise.all(opened.map((saver) => saver.end()))) };
  },
};

describe.each(Object.entries(savers))("%s", (name, make) => {
  test.each(["async", "sync"] as const)("durability %s: pauses, and goes on with another instance", async (durability) => {
    vi.spyOn(console, "warn").mockReturnValue();
    const saver = await make();
    const desk = openDesk();
    await using store = sqliteStore(newPlace().store);
    const gate = createGate({ policy: overThousand, store });
    const open = (middleware: AgentMiddleware[] = [approvalMiddleware(gate)]) =>
      createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], checkpointer: saver.open(), middleware });
    const config = { configurable: { thread_id: `native-${durability}` }, durability };
    expect(await open().invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config)).toHaveProperty("__interrupt__.length", 1);
    expect(desk.effects).toEqual([]);
    const [request] = (await gate.list({ status: "pending" })).items;
    if (request) await gate.decide(request, { type: "approve" }, { by: alice });
    const woken = await Promise.allSettled([open().invoke(null, config), open().invoke(null, config), open().invoke(null, config)]);
    expect(woken.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(desk.effects.filter(({ to }) => to === "x")).toHaveLength(1);

    const thread = `runner-${durability}`;
    const runnerOf = () => createRunner(gate, open(), { name: "payments", context: () => ({ durability }) });
    expect(runnerOf().forgetsWithProcess).toBe(name === "MemorySaver");
    const started = await runnerOf().start(thread, paying([7_000, "z"]));
    expect(started).toMatchObject({ status: "suspended", pending: [{ args: { to: "z" } }] });
    if (started.status === "suspended" && started.pending[0]) await gate.decide(started.pending[0], { type: "approve" }, { by: alice });
    const outcomes = await Promise.all([runnerOf().resume(thread), runnerOf().resume(thread), runnerOf().resume(thread)]);
    expect(outcomes.map(({ status }) => status)).toContain("completed");
    expect(desk.effects.filter(({ to }) => to === "z")).toHaveLength(1);
    await saver.close();
  });
});
