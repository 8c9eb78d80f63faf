// Where a total must not be believed, or isn't one.
import { createGate, definePolicy, edit, type JsonObject } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const pay = (n: number, amount: number, currency = "EUR"): ProposedCall => ({
  turnId: `m${n}`,
  callId: "c",
  tool: "pay",
  args: { amount, currency },
});

it("a sum without a path is no count of calls: the condition holds", async () => {
  const paths: Readonly<Record<string, string>> = { EUR: "args.amount" };
  const policy = definePolicy({
    tools: { pay: { history: true, ask: ({ history, args }) => history.sum(paths[String(args["currency"])] as string) > 10_000 } },
  });
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "mini" });
  const waits: boolean[] = [];
  for (const n of [1, 2]) {
    waits.push(await thread.mustWait(pay(n, 9_000, "XXX")));
    if (!waits.at(-1)) await thread.execute(pay(n, 9_000, "XXX"), () => "paid");
  }
  expect(waits.at(-1)).toBe(true);
});

it("an edit is judged by what is on record, whatever an agent's process says that it comes to", async () => {
  const policy = definePolicy({
    tools: {
      pay: {
        history: true,
        deny: ({ history, args }) => history.sum("args.amount") + Number(args["amount"]) > 10_000,
        ask: ({ args }) => Number(args["amount"]) > 4_950,
      },
    },
  });
  const store = memoryStore();
  const gate = createGate({ policy, store, warn: () => {} });
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "mini" });
  for (const n of [1, 2]) await thread.execute(pay(n, 2_400), (args: JsonObject) => args);
  expect(await thread.mustWait(pay(3, 5_000))).toBe(true);
  const [request] = await thread.suspend([pay(3, 5_000)], { format: 1, data: [] });
  const record = await store.getThread("default", "t");
  if (!record?.counted || !request) throw new Error("nothing was counted");
  const forged = { ...record, counted: { ...record.counted, totals: record.counted.totals.map((total) => ({ ...total, total: 0 })) } };
  const put = { op: "put", kind: "thread", record: forged, expects: record.version } as const;
  expect(await store.commit({ tenant: "default", changes: [put], events: [] })).toEqual({ ok: true });
  const edited = gate.decide(request, edit({ amount: 9_000, currency: "EUR" }), { by: { id: "alice" } });
  await expect(edited).rejects.toMatchObject({ code: "POLICY_DENIED" });
});
