import assert from "node:assert/strict";
import { approve, edit, reject, type JsonObject } from "@countersign/core";
import { z } from "zod";
import type { Answer } from "../process/order.ts";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, paid } from "./expect.ts";
import { calls, payment, payments, reading, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const receipt = ({ amount, to }: JsonObject): string => `paid ${String(amount)} to ${String(to)}`;

/** What a deploy has made of the agent's tool `pay`. */
const DEPLOYS: { readonly [variant: string]: (setting: Setting) => Setting } = {
  renamed: (setting) => ({ ...setting, tools: setting.tools.map((tool) => (tool.name === "pay" ? { ...tool, name: "transfer" } : tool)) }),
  removed: (setting) => ({ ...setting, tools: setting.tools.filter(({ name }) => name !== "pay") }),
};
const deployed = (variant: string): Setting =>
  variant === "strict" ? payments(turns, { strict: true }) : (DEPLOYS[variant]?.(payments(turns)) ?? payments(turns));

/** A tool with a default, which another version of the application has changed. */
const inCurrency = (currency: string): Setting => {
  const args = z.object({ amount: z.number(), to: z.string(), currency: z.string().default(currency) });
  const setting = payments(turns);
  return { ...setting, tools: setting.tools.map((tool) => (tool.name === "pay" ? { ...tool, args, answer: receipt } : tool)) };
};

/** This process's code no longer fits: it says so, and nothing has happened. */
async function assertUntouched(stage: Stage, answer: Answer, id: string): Promise<void> {
  assertCode(answer, "STATE_INCOMPATIBLE", "INVALID_ARGS");
  assert.equal(answer.requests, 0, "the model was asked");
  assertPaid(stage);
  const request = await stage.gate.get(id);
  assert.deepEqual(
    [request?.status, request?.execution, request?.begun],
    ["approved", "none", false],
    "the decision is not as it was, or something is on record as executed",
  );
}

/** …and the version of before goes on where it was. */
async function assertRollback(stage: Stage, ...args: readonly JsonObject[]): Promise<Answer> {
  const answer = await stage.resumeWhenFree();
  assertStatus(answer, "completed");
  assertPaid(stage, ...args);
  return answer;
}

const changed = (variant: string, what: string, guards: string): AdapterCase => ({
  id: `deploy.${variant}`,
  title: `A process whose tool ${what} since its call was signed says so and changes nothing; a rollback goes on.`,
  guards,
  needs: ["durable"],
  setting: deployed,
  async run(stage) {
    const call = onlyPending(await stage.start());
    await stage.decide(call, approve());
    await assertUntouched(stage, await stage.resume({ variant }), call.id);
    assertTold(await assertRollback(stage, LARGE), "call_0", "paid 4200");
  },
});

/** What was signed, and a deploy before it runs. */
export const deploys: readonly AdapterCase[] = [
  changed("renamed", "has another name", "A signed payment is recorded as done and never made, because its tool is called otherwise now."),
  changed("removed", "is gone", "A signed payment is recorded as done, or dropped, because its tool is gone."),
  changed(
    "strict",
    "has a schema that refuses its arguments",
    "The model is told that a signed payment failed, and the signature is used up.",
  ),
  {
    id: "deploy.edited",
    title: "So does one whose schema refuses what a reviewer made of the call.",
    guards: "A reviewer's edit is dropped by a deploy, as if the reviewer had been wrong.",
    needs: ["durable", "edit"],
    setting: deployed,
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, edit({ amount: 3_000, to: "Acme" }));
      await assertUntouched(stage, await stage.resume({ variant: "strict" }), call.id);
      await assertRollback(stage, { amount: 3_000, to: "Acme" });
    },
  },
  {
    id: "deploy.worker",
    title: "A worker whose tool has another name leaves a signed call to those who have it.",
    guards: "A worker of a new version takes the signed call of an old one, and loses it.",
    needs: ["durable"],
    setting: deployed,
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await stage.work({ variant: "renamed" });
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "approved");
      await assertRollback(stage, LARGE);
    },
  },
  {
    id: "deploy.rejected",
    title: "A rejected call whose tool is gone does not run, whatever else becomes of its thread; a rollback goes on.",
    guards: "A rejection of a tool that is gone breaks the thread for good.",
    needs: ["durable"],
    setting: deployed,
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, reject("not this month"));
      const answer = await stage.resume({ variant: "removed" });
      assert.equal((await stage.gate.get(call.id))?.status, "rejected");
      if (answer.status !== "completed") assertCode(answer, "STATE_INCOMPATIBLE");
      assertTold(answer.status === "completed" ? answer : await stage.resumeWhenFree(), "call_0", "not this month");
      assertPaid(stage);
    },
  },
  {
    id: "deploy.sibling",
    title: "Where one of two signed calls has lost its tool, neither is lost: a rollback runs both once.",
    guards: "One half of a turn runs under the new version, and the other half is told to have failed.",
    needs: ["durable", "parallel"],
    setting: (variant) => {
      const both = [calls(payment("call_0", 4_200), { id: "call_1", tool: "wire", args: { report: "r1" } }, reading("call_2")), says()];
      const wire = { name: "wire", args: payments([]).tools[1]?.args ?? z.object({}) };
      const setting = payments(both, { tools: [wire] });
      return variant === "removed" ? { ...setting, tools: setting.tools.filter(({ name }) => name !== "wire") } : setting;
    },
    async run(stage) {
      const started = await stage.start();
      assertStatus(started, "suspended");
      for (const call of started.pending) await stage.decide(call, approve());
      assertCode(await stage.resume({ variant: "removed" }), "STATE_INCOMPATIBLE");
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertPaid(stage, LARGE);
      assert.equal(stage.effects().filter(({ tool }) => tool === "wire").length, 1, "the other signed call did not run once");
    },
  },
  {
    id: "deploy.default-shown",
    title: "What a tool's schema sets by itself is shown to whoever signs, beside the model's arguments, and runs.",
    guards: "A reviewer signs 4,200, and doesn't see of what.",
    setting: () => inCurrency("JPY"),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const request = await stage.gate.get(call.id);
      assert.deepEqual(request?.args, LARGE);
      const sets = request.proposal.parsed?.sets.map(({ path, value }) => ({ path, value }));
      assert.deepEqual(sets, [{ path: ["currency"], value: "JPY" }]);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, { ...LARGE, currency: "JPY" });
    },
  },
  {
    id: "deploy.other-default",
    title: "A deploy that changes what a tool's schema sets by itself runs nothing that was signed before; a rollback goes on.",
    guards: "4,200 were signed in yen, and are paid in dollars.",
    needs: ["durable"],
    setting: (variant) => inCurrency(variant === "dollars" ? "USD" : "JPY"),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await assertUntouched(stage, await stage.resume({ variant: "dollars" }), call.id);
      await assertRollback(stage, { ...LARGE, currency: "JPY" });
    },
  },
  {
    id: "deploy.at-run-time",
    title: "What a tool's schema sets anew each time, such as the time, is set when the call runs.",
    guards: "A signed call never runs, because the clock has moved on.",
    setting: () => {
      const args = z.object({ amount: z.number(), to: z.string(), at: z.number().default(() => Date.now()) });
      const setting = payments(turns);
      return { ...setting, tools: setting.tools.map((tool) => (tool.name === "pay" ? { ...tool, args, answer: receipt } : tool)) };
    },
    async run(stage) {
      const call = onlyPending(await stage.start());
      const before = Date.now();
      assert.deepEqual((await stage.gate.get(call.id))?.proposal.parsed?.atRunTime, [["at"]]);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      const [made] = paid(stage);
      assert.ok(Number(made?.["at"]) >= before, "the time is that of the question, not of the payment");
    },
  },
];
