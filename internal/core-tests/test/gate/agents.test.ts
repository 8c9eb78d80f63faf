// Whose calls they are: grants and freezes are about one agent, also where no runner has a name.
import { approve, createGate, createWorker, definePolicy, isCountersignError, type Gate, type Principal } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({
  tools: {
    mail: { ask: true, review: { remember: ["tool"] } },
    read: { ask: ({ agent }) => agent !== "payroll" },
  },
});
const alice: Principal = { id: "alice" };
const why = { by: alice, reason: "fraud alert" };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

let count = 0;
/** Asks by hand, or as an adapter without a runner does. Every call is another one, in a thread of its own. */
const WAYS = {
  "by hand": async (gate: Gate, tool = "mail"): Promise<Asked> => {
    const n = count++;
    const approval = await gate.ask({ threadId: `t${n}`, requestedBy: "svc", tool, args: { n }, key: "k" });
    return { id: approval.id, waits: approval.status === "pending", run: () => gate.execute({ id: approval.id, args: {} }, () => "ran") };
  },
  natively: async (gate: Gate, tool = "mail"): Promise<Asked> => {
    const n = count++;
    const thread = openThread(gate, { threadId: `t${n}`, requestedBy: "svc", framework: "some" });
    const proposed: ProposedCall = { turnId: "m", callId: "c", tool, args: { n } };
    const waits = await thread.mustWait(proposed);
    if (waits) await thread.suspend([proposed], null);
    return { id: (await thread.recorded(proposed))?.id ?? "", waits, run: () => thread.execute(proposed, () => "ran") };
  },
};
interface Asked {
  readonly id: string;
  readonly waits: boolean;
  run(): Promise<unknown>;
}

function applications() {
  const store = memoryStore();
  const open = (agent?: string): Gate => createGate({ policy, store, agent, warn: () => {} });
  return { open, payroll: open("payroll"), marketing: open("marketing") };
}

async function approved(gate: Gate, { id }: Asked, remembered = false): Promise<void> {
  const request = await gate.get(id);
  if (!request) throw new Error("nothing was asked");
  await gate.decide(request, approve(remembered ? { remember: { scope: "tool", within: "requester" } } : {}), { by: alice });
}

describe.each(Object.entries(WAYS))("two applications on one store, %s", (_, ask) => {
  it("are two agents: what is remembered for one decides nothing of the other", async () => {
    const { open, payroll, marketing } = applications();
    await approved(payroll, await ask(payroll), true);
    expect((await payroll.grants())[0]).toMatchObject({ agent: "payroll" });
    expect((await ask(payroll)).waits).toBe(false);
    expect((await ask(open("payroll"))).waits).toBe(false);
    expect((await ask(marketing)).waits).toBe(true);
    expect((await ask(open())).waits).toBe(true);
  });

  it("are frozen one by one", async () => {
    const { payroll, marketing } = applications();
    const [theirs, others] = [await ask(payroll), await ask(marketing)];
    await approved(payroll, theirs);
    await approved(payroll, others);
    await marketing.freeze({ agent: "payroll" }, why);
    expect(await codeOf(theirs.run())).toBe("FROZEN");
    expect(await codeOf(others.run())).toBe("none");
  });

  it("are listed one by one, and conditions know whose call it is", async () => {
    const { payroll, marketing } = applications();
    const [, theirs] = [await ask(payroll, "read"), await ask(marketing, "read")];
    expect((await payroll.list({ agent: "marketing", status: "pending" })).items).toMatchObject([{ id: theirs.id, agent: "marketing" }]);
    expect((await payroll.list({ agent: "payroll", status: "pending" })).items).toEqual([]);
  });
});

describe("the agent of a call that no runner makes", () => {
  it("is, without a name in createGate, none by hand, and natively what the framework calls it or its name", async () => {
    const gate = applications().open();
    const agentOf = async ({ id }: Asked) => (await gate.get(id))?.agent;
    expect(await agentOf(await WAYS["by hand"](gate))).toBe("");
    expect(await agentOf(await WAYS.natively(gate))).toBe("some");
    const named = openThread(gate, { threadId: "named", agent: "payments", framework: "some" });
    const [request] = await named.suspend([{ turnId: "m", callId: "c", tool: "mail", args: {} }], null);
    expect(request?.agent).toBe("payments");
  });

  it("is the gate's, whatever the framework calls it", async () => {
    const { payroll } = applications();
    const thread = openThread(payroll, { threadId: "t", agent: "assistant", framework: "some" });
    const [request] = await thread.suspend([{ turnId: "m", callId: "c", tool: "mail", args: {} }], null);
    expect(request?.agent).toBe("payroll");
  });
});

describe("a request", () => {
  const proposed: ProposedCall = { turnId: "msg_1", callId: "call_0", tool: "mail", args: {}, proposedBy: "clerk" };

  it("names the call that it is about, and who proposed it", async () => {
    const { payroll } = applications();
    const thread = openThread(payroll, { threadId: "t", framework: "some" });
    const [request] = await thread.suspend([proposed], null);
    expect(request).toMatchObject({ turnId: "msg_1", callId: "call_0", proposedBy: "clerk", agent: "payroll" });
    expect(await payroll.get(request?.id ?? "")).toEqual(request);
    expect((await payroll.list()).items).toEqual([request]);
    const [event] = await Array.fromAsync(payroll.history(request?.id ?? ""));
    expect(event?.data).toMatchObject({ agent: "payroll", proposedBy: "clerk", turnId: "msg_1", callId: "call_0" });
    const byHand = await payroll.ask({ threadId: "t", tool: "mail", args: {}, key: "k" });
    expect(byHand).toMatchObject({ request: { turnId: "ask:k", callId: "k" } });
    expect(byHand.status === "pending" && byHand.request.proposedBy).toBeUndefined();
  });

  it("is the same one whoever proposed the call: that is not what is signed", async () => {
    const { payroll } = applications();
    const thread = openThread(payroll, { threadId: "t", framework: "some" });
    const [request] = await thread.suspend([proposed], null);
    const later = openThread(payroll, { threadId: "t", framework: "some" });
    const { proposedBy, ...bare } = proposed;
    expect(await later.suspend([bare], null)).toEqual([request]);
    expect(await later.suspend([{ ...bare, proposedBy: "somebody else" }], null)).toEqual([request]);
    await approved(payroll, { id: request?.id ?? "" } as Asked);
    expect(await later.execute(bare, () => "sent")).toMatchObject({ status: "ran", result: "sent" });
  });

  it("doesn't take a name that is no text", async () => {
    const { payroll } = applications();
    const thread = openThread(payroll, { threadId: "t", framework: "some" });
    expect(await codeOf(thread.suspend([{ ...proposed, proposedBy: 7 as never }], null))).toBe("SETUP");
  });
});

describe("a runner", () => {
  const agent = () => ({ model: scripted([call("c", "mail", {})], "done"), tools: { mail: () => "sent" } });

  it("has a name of its own", async () => {
    const { payroll } = applications();
    const outcome = await createRunner(payroll, agent(), "clerk").start("t", "go");
    expect(outcome).toMatchObject({ status: "suspended", pending: [{ agent: "clerk" }] });
  });

  it("of the gate's name isn't woken for threads that it didn't start", async () => {
    const { payroll } = applications();
    for (const ask of Object.values(WAYS)) await approved(payroll, await ask(payroll));
    const native = openThread(payroll, { threadId: "let go", framework: "mini" });
    const [request] = await native.suspend([{ turnId: "m", callId: "c", tool: "mail", args: {} }], null);
    await approved(payroll, { id: request?.id ?? "" } as Asked);
    await native.release("suspended");
    expect(await createWorker(payroll, [createRunner(payroll, agent(), "payroll")]).drain()).toMatchObject({ resumed: 0, failed: 0 });
  });

  it("of the name that the framework gives its agent is, whatever the gate is called", async () => {
    const { payroll } = applications();
    const native = openThread(payroll, { threadId: "t", agent: "assistant", framework: "mini" });
    const [request] = await native.suspend([{ turnId: "m", callId: "c", tool: "mail", args: {} }], { format: 1, data: [] });
    await approved(payroll, { id: request?.id ?? "" } as Asked);
    await native.release("suspended");
    expect(await createWorker(payroll, [createRunner(payroll, agent(), "assistant")]).drain()).toMatchObject({ resumed: 1, failed: 0 });
  });
});
