import { alice, Amount, failure } from "@countersign/adapter-tests";
import { approve, edit, isCountersignError, reject } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import type * as sdks from "@openai/agents";
import { Agent, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { openDesk, paying, saying } from "./support/desk.ts";
import { putState, savedJson } from "./support/saved-json.ts";

const older = {
  "0.17": () => import("openai-agents-0.17"),
  "0.18": () => import("openai-agents-0.18"),
  "0.19": () => import("openai-agents-0.19"),
} as const;
type Version = keyof typeof older;
const inputs = ["approve", "reject", "edit"] as const;

/** A run of the same agent, paused by an older SDK: no gate knows of it. */
async function pausedBy(version: Version): Promise<string> {
  const sdk = (await older[version]()) as unknown as typeof sdks;
  const pay = sdk.tool({ name: "pay", description: "", parameters: Amount, needsApproval: true, execute: async () => "paid" });
  const agent = new sdk.Agent({ name: "A", model: saying([paying(5_000)]), tools: [pay] });
  const { state } = await new sdk.Runner({ tracingDisabled: true }).run(agent, "go");
  return state.toString();
}

/** The thread as it would be if its run had been saved by that SDK. */
async function open(version: Version) {
  const desk = openDesk();
  const pay = tool({ name: "pay", description: "", parameters: Amount, execute: desk.carryOut });
  const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
  const runner = createRunner(desk.gate, agent, { name: "a" });
  await runner.start("t", "go");
  const { data, ...rest } = (await savedJson(desk.store, "t")) as { data: object };
  const state = await pausedBy(version);
  const schema = (JSON.parse(state) as { $schemaVersion: string }).$schemaVersion;
  await putState(desk.store, "t", { ...rest, data: { ...data, state, schema } });
  const request = await desk.only();
  const decisions = { approve: approve(), reject: reject("not this one"), edit: edit({ amount: 4_000, to: "x" }) };
  return { desk, runner, schema, decide: (how: keyof typeof decisions) => desk.gate.decide(request, decisions[how], { by: alice }) };
}

// Each of them is a whole SDK to load.
describe("a run that an older SDK has paused", { timeout: 60_000 }, () => {
  test.each(inputs)("0.19: %s, and it goes on", async (how) => {
    const { desk, runner, decide } = await open("0.19");
    await decide(how);
    const outcome = await runner.resume("t");
    const said = { approve: /^paid 5000 to x$/, reject: /^not this one$/, edit: /changed its arguments.*paid 4000 to x/s }[how];
    expect(outcome).toMatchObject({ status: "completed", text: expect.stringMatching(said) });
    const ran = { approve: [{ amount: 5_000, to: "x" }], reject: [], edit: [{ amount: 4_000, to: "x" }] }[how];
    expect(desk.effects).toEqual(ran);
  });

  // The SDK reads their schema, and does not go on with it.
  test.each((["0.17", "0.18"] as const).flatMap((version) => inputs.map((how) => [version, how] as const)))(
    "%s: %s is kept, and the resume says why it can't go on; a new input takes its place",
    async (version, how) => {
      const { desk, runner, schema, decide } = await open(version);
      const { id } = await decide(how);
      const error = await failure(runner.resume("t"));
      if (!isCountersignError(error, "STATE_INCOMPATIBLE")) throw error;
      expect(error.details).toMatchObject({ framework: "openai-agents", saved: `state ${schema}` });
      expect(error.message).toMatch(/input guardrails/);
      expect(await desk.gate.get(id)).toMatchObject({
        status: how === "reject" ? "rejected" : "approved",
        execution: "none",
        begun: false,
      });
      expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed" });
      expect(desk.effects).toEqual([]);
    },
  );
});
