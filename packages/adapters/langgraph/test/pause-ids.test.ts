// A pause is named by a request, and keeps its name: whoever was shown it can answer it after it was paused again.
import { alice } from "@countersign/adapter-tests";
import { decideNative, gateTools } from "@countersign/langgraph";
import { Command, isInterrupted } from "@langchain/langgraph";
import { describe, expect, test } from "vitest";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying, type Desk } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
const strict = { configurable: { ...config.configurable, __pregel_strict_resume: true } };

interface Shown {
  readonly id: string;
  readonly actions: readonly { readonly callId: string; readonly requestId: string; readonly digest: string }[];
}

function shownIn(result: unknown): readonly Shown[] {
  if (!isInterrupted<{ actionRequests: Shown["actions"] }>(result)) return [];
  return result.__interrupt__.map(({ id = "", value }) => ({ id, actions: value?.actionRequests ?? [] }));
}

interface Agent {
  invoke(input: unknown, config: object): Promise<unknown>;
}

describe.each<[string, (desk: Desk) => Agent]>([
  ["approvalMiddleware", (desk) => openAgent(desk).agent as Agent],
  ["gateTools v1", (desk) => reactAgent(gateTools(desk.gate, [desk.pay]), obedient, { version: "v1" }) as Agent],
  ["gateTools v2", (desk) => reactAgent(gateTools(desk.gate, [desk.pay]), obedient, { version: "v2" }) as Agent],
])("%s", (shape, open) => {
  test("a pause has its request's id, whatever it was answered with inside the graph", async () => {
    const desk = openDesk();
    const agent = open(desk);
    const first = shownIn(await agent.invoke({ messages: paying([5_000, "x"]) }, config));
    expect(first.map(({ id }) => id)).toEqual(first.flatMap(({ actions }) => actions.map(({ requestId }) => requestId)));
    expect(first).toHaveLength(1);
    const answers = [{ decisions: [{ type: "approve" }] }, "junk", { [first[0]?.id ?? ""]: "approve" }];
    for (const resume of answers) expect(shownIn(await agent.invoke(new Command({ resume }), config))).toEqual(first);
    expect(desk.effects).toEqual([]);
  });

  test("an interface that shows a message's calls finds the request of each", async () => {
    const desk = openDesk();
    const agent = open(desk);
    const result = await agent.invoke({ messages: paying([5_000, "x"], [6_000, "y"]) }, config);
    const actions = shownIn(result).flatMap((shown) => shown.actions);
    const { messages } = result as { messages: { tool_calls?: { id: string; args: { to: string } }[] }[] };
    for (const { id, args } of messages.at(-1)?.tool_calls ?? []) {
      const action = actions.find(({ callId }) => callId === id);
      expect((await desk.gate.get(action?.requestId ?? ""))?.args).toEqual(args);
    }
    expect(actions).toHaveLength(2);
  });

  test("under strict resume nobody is refused who holds the first id", async () => {
    const desk = openDesk();
    const agent = open(desk);
    const [first] = shownIn(await agent.invoke({ messages: paying([5_000, "x"]) }, config));
    const command = (): Command => new Command({ resume: { [first?.id ?? ""]: { decisions: [{ type: "approve" }] } } });
    for (let time = 0; time < 2; time++) expect(shownIn(await agent.invoke(command(), strict))).toMatchObject([{ id: first?.id }]);
    await decideNative(desk.gate, command(), { threadId: "t", by: alice });
    await agent.invoke(null, strict);
    expect(desk.effects).toEqual([{ amount: 5_000, to: "x" }]);
  });

  test("an id that no pause has is refused there, before anything happens", async () => {
    const desk = openDesk();
    const agent = open(desk);
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await expect(agent.invoke(new Command({ resume: { ["0".repeat(32)]: "yes" } }), strict)).rejects.toThrow(/Unknown/);
    expect(await desk.pending()).toHaveLength(1);
  });

  test.runIf(shape !== "gateTools v2")("a pause for several calls keeps its id when the first of them is decided", async () => {
    const desk = openDesk();
    const agent = open(desk);
    const [first] = shownIn(await agent.invoke({ messages: paying([5_000, "x"], [6_000, "y"]) }, config));
    expect(first?.actions).toHaveLength(2);
    await desk.approve("x");
    const [second] = shownIn(await agent.invoke(null, config));
    expect(second?.id).toBe(first?.id);
    const shown = (second?.actions ?? []).map(({ requestId, digest }) => ({ id: requestId, digest }));
    expect(shown).toHaveLength(1);
    const answer = new Command({ resume: { [first?.id ?? ""]: { decisions: [{ type: "approve" }] } } });
    expect(await decideNative(desk.gate, answer, { threadId: "t", by: alice, positional: { shown } })).toMatchObject([
      { args: { to: "y" } },
    ]);
    await agent.invoke(null, strict);
    expect(desk.effects.map(({ to }) => to).toSorted()).toEqual(["x", "y"]);
  });

  test.runIf(shape !== "gateTools v2")("it is answered for all of them by that id", async () => {
    const desk = openDesk();
    const agent = open(desk);
    const [pause] = shownIn(await agent.invoke({ messages: paying([5_000, "x"], [6_000, "y"]) }, config));
    const shown = (pause?.actions ?? []).map(({ requestId, digest }) => ({ id: requestId, digest }));
    const resume = { [pause?.id ?? ""]: { decisions: [{ type: "approve" }, { type: "reject", message: "no" }] } };
    await decideNative(desk.gate, new Command({ resume }), { threadId: "t", by: alice, positional: { shown } });
    await agent.invoke(null, config);
    expect(desk.effects).toEqual([{ amount: 5_000, to: "x" }]);
  });
});
