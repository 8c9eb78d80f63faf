import { createWorker, isCountersignError, type Approval } from "@countersign/core";
import { createRunner, requestApproval } from "@countersign/langgraph";
import { Annotation, Command, END, MemorySaver, START, StateGraph } from "@langchain/langgraph";
import { describe, expect, test } from "vitest";
import { openDesk, type Desk } from "./support/desk.ts";

const config = { configurable: { thread_id: "t" } };
const State = Annotation.Root({
  amount: Annotation<number>,
  to: Annotation<string>,
  status: Annotation<string>,
  approval: Annotation<unknown>,
});
const input = { amount: 5_000, to: "x", status: "new" };

/** The payment graph of the tutorial: a gate, then the payment or its cancellation. */
function openGraph(desk: Desk, paid: string[] = []) {
  const graph = new StateGraph(State)
    .addNode(
      "approval_gate",
      async ({ amount, to }) => {
        const approval = await requestApproval(desk.gate, { tool: "pay", args: { amount, to }, requestedBy: "bob" });
        switch (approval.status) {
          case "allowed":
          case "approved":
            return new Command({ goto: "tamper", update: { approval } });
          default:
            return new Command({ goto: "cancel", update: { status: `${approval.status}: ${approval.message}` } });
        }
      },
      { ends: ["tamper", "cancel"] },
    )
    .addNode("tamper", () => ({ amount: 99 }))
    .addNode("execute", async ({ approval }) => ({
      status: await desk.gate.execute(approval as Extract<Approval, { args: unknown }>, (args) => {
        paid.push(JSON.stringify(args));
        return `paid ${JSON.stringify(args)}`;
      }),
    }))
    .addNode("cancel", () => ({}))
    .addEdge(START, "approval_gate")
    .addEdge("tamper", "execute")
    .addEdge("execute", END)
    .addEdge("cancel", END)
    .compile({ checkpointer: new MemorySaver() });
  return { graph, paid };
}

describe("requestApproval", () => {
  test("lets an allowed call pass, recorded", async () => {
    const desk = openDesk();
    const { graph, paid } = openGraph(desk);
    await graph.invoke({ ...input, amount: 5 }, config);
    expect(paid).toEqual(['{"amount":5,"to":"x"}']);
    expect((await desk.gate.list({ threadId: "t" })).items).toMatchObject([{ status: "approved", execution: "done" }]);
  });

  test("pauses, and executes the signed arguments in a later node, whatever the state says by then", async () => {
    const desk = openDesk();
    const { graph, paid } = openGraph(desk);
    const paused = await graph.invoke(input, config);
    const [request] = await desk.pending();
    expect(request?.requestedBy).toEqual({ id: "bob" });
    expect(paused).toMatchObject({
      __interrupt__: [{ id: request?.id, value: { actionRequests: [{ requestId: request?.id, args: { amount: 5_000 } }] } }],
    });
    expect(await graph.invoke(null, config)).toHaveProperty("__interrupt__.length", 1);
    expect(await graph.invoke(new Command({ resume: { [String(request?.id)]: { type: "approve" } } }), config)).toHaveProperty(
      "__interrupt__.length",
      1,
    );
    await desk.edit("x", { amount: 4_000, to: "x" });
    expect(await graph.invoke(null, config)).toMatchObject({ status: 'paid {"amount":4000,"to":"x"}' });
    await graph.invoke(null, config);
    expect(paid).toEqual(['{"amount":4000,"to":"x"}']);
  });

  test("gives the graph's state what ran, from the record too", async () => {
    const desk = openDesk();
    let dies = true;
    const graph = new StateGraph(State)
      .addNode("pay", async ({ amount, to }) => {
        const approval = await requestApproval(desk.gate, { tool: "pay", args: { amount, to } });
        const ran = await desk.gate.execute(approval as Extract<Approval, { args: unknown }>, (args) => ({ ...args, status: "paid" }));
        if (dies) throw new Error("killed");
        return ran;
      })
      .addEdge(START, "pay")
      .addEdge("pay", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "payments" });
    await runner.start("t", input);
    await desk.edit("x", { amount: 4_000, to: "x" });
    await expect(runner.resume("t")).rejects.toThrow("killed");
    dies = false;
    expect(await runner.resume("t")).toMatchObject({ output: { amount: 4_000, to: "x", status: "paid" } });
  });

  test("leads a rejection to the cancel branch", async () => {
    const desk = openDesk();
    const { graph, paid } = openGraph(desk);
    await graph.invoke(input, config);
    await desk.reject("x", "already paid");
    expect(await graph.invoke(null, config)).toMatchObject({ status: "rejected: already paid" });
    expect(paid).toEqual([]);
  });

  test("is driven by a runner and woken by a worker", async () => {
    const desk = openDesk();
    const { graph, paid } = openGraph(desk);
    const runner = createRunner(desk.gate, graph, { name: "payments" });
    const started = await runner.start("t", input, { requestedBy: "carol" });
    expect(started).toMatchObject({ status: "suspended", pending: [{ tool: "pay", agent: "payments", requestedBy: { id: "bob" } }] });
    expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
    await expect(runner.start("t", input)).rejects.toSatisfy((thrown) => isCountersignError(thrown, "THREAD_SUSPENDED"));
    await desk.approve("x");
    expect(await createWorker(desk.gate, [runner]).drain()).toMatchObject({ resumed: 1, failed: 0 });
    expect(paid).toHaveLength(1);
    expect(await runner.resume("t")).toMatchObject({
      status: "completed",
      replayed: true,
      output: { status: 'paid {"amount":5000,"to":"x"}' },
    });
  });

  test("asks again when the node is visited again, and re-attaches where a key says that it is the same", async () => {
    const desk = openDesk();
    const Rounds = Annotation.Root({
      round: Annotation<number>,
      done: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
    });
    const build = (key?: string) =>
      new StateGraph(Rounds)
        .addNode("ask", async ({ round }) => {
          const approval = await requestApproval(desk.gate, {
            tool: "pay",
            args: { amount: 5_000, to: key ?? "loop" },
            ...(key ? { key } : {}),
          });
          return { round: round + 1, done: [approval.id] };
        })
        .addEdge(START, "ask")
        .addConditionalEdges("ask", ({ round }) => (round < 2 ? "ask" : END), ["ask", END])
        .compile({ checkpointer: new MemorySaver() });
    const free = build();
    await free.invoke({ round: 0 }, config);
    await desk.approve("loop");
    expect(await free.invoke(null, config)).toHaveProperty("__interrupt__.length", 1);
    await desk.approve("loop");
    expect(new Set((await free.invoke(null, config)).done).size).toBe(2);
    const keyed = build("payout-88");
    await keyed.invoke({ round: 0 }, { configurable: { thread_id: "k" } });
    await desk.approve("payout-88");
    const { done } = await keyed.invoke(null, { configurable: { thread_id: "k" } });
    expect([done.length, new Set(done).size]).toEqual([2, 1]);
  });

  test("two questions in one node keep apart", async () => {
    const desk = openDesk();
    const graph = new StateGraph(State)
      .addNode("ask", async () => {
        const first = await requestApproval(desk.gate, { tool: "pay", args: { amount: 5_000, to: "a" } });
        const second = await requestApproval(desk.gate, { tool: "pay", args: { amount: 5_000, to: "b" } });
        return { status: `${first.status} ${second.status}` };
      })
      .addEdge(START, "ask")
      .addEdge("ask", END)
      .compile({ checkpointer: new MemorySaver() });
    await graph.invoke(input, config);
    await desk.reject("a");
    await graph.invoke(null, config);
    await desk.approve("b");
    expect(await graph.invoke(null, config)).toMatchObject({ status: "rejected approved" });
  });

  test("outside a graph with a checkpointer it is refused", async () => {
    const desk = openDesk();
    await expect(requestApproval(desk.gate, { tool: "pay", args: { amount: 1, to: "x" } })).rejects.toSatisfy((thrown) =>
      isCountersignError(thrown, "SETUP"),
    );
    const graph = new StateGraph(State)
      .addNode("ask", async () => ({ approval: await requestApproval(desk.gate, { tool: "pay", args: { amount: 1, to: "x" } }) }))
      .addEdge(START, "ask")
      .addEdge("ask", END)
      .compile();
    await expect(graph.invoke(input, config)).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP"));
  });
});
