import assert from "node:assert/strict";
import { approve, definePolicy, edit, reject } from "@countersign/core";
import { z } from "zod";
import type { AdapterCase, Setting, ToolSpec } from "../setting.ts";
import { assertPaid, assertStatus, assertTold, onlyPending, resultOf } from "./expect.ts";
import { calls, payment, Payment, payments, reading, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** The model calls a tool without the gate around it, and then one that has to be signed. */
function wiping(ungated: NonNullable<ToolSpec["ungated"]>): Setting {
  const tools = [{ name: "wipe", args: z.object({ disk: z.string() }), ungated }];
  return payments([calls({ id: "a", tool: "wipe", args: { disk: "all" } }), calls(payment("b", 4_200)), says()], { tools });
}

/** Nothing runs unsigned. */
export const unsigned: readonly AdapterCase[] = [
  {
    id: "unsigned.small-runs",
    title: "A call that the policy allows runs without a pause.",
    guards: "A gate that stops everything is switched off within a week.",
    native: true,
    setting: () => payments([calls(payment("call_0", 5)), says()]),
    async run(stage) {
      assertStatus(await stage.start(), "completed");
      assertPaid(stage, { amount: 5, to: "Acme Corp" });
    },
  },
  {
    id: "unsigned.large-pauses",
    title: "A call that the policy asks about pauses the run, with exactly its tool and arguments pending and nothing executed.",
    guards: "The payment is made while its reviewer still reads.",
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      const { tool, args } = onlyPending(await stage.start());
      assert.deepEqual({ tool, args }, { tool: "pay", args: LARGE });
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.flipped-predicate",
    title: "A recorded request outlives a predicate that no longer asks: unsigned it stays undone.",
    guards: "A deploy between question and answer lets every waiting call through.",
    native: true,
    needs: ["durable"],
    setting: (variant) => payments(turns, { asks: variant !== "flipped" }),
    async run(stage) {
      onlyPending(await stage.start());
      await stage.resume({ variant: "flipped" });
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.flipped-reject",
    title: "A rejected call stays rejected when the predicate no longer asks.",
    guards: "A predicate that is asked again executes what a person has forbidden.",
    native: true,
    needs: ["durable"],
    setting: (variant) => payments(turns, { asks: variant !== "flipped" }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, reject("no"));
      await stage.resume({ variant: "flipped" });
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.flipped-approve",
    title: "An approved call runs once when the predicate no longer asks.",
    guards: "A predicate that is asked again throws a signature away.",
    native: true,
    needs: ["durable"],
    setting: (variant) => payments(turns, { asks: variant !== "flipped" }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ variant: "flipped" }), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "unsigned.denied",
    title: "A call that the policy denies does not run; the model is told, and nobody is asked.",
    guards: "People are asked to sign what may never be done, until one does.",
    setting: () => payments([calls(payment("call_0", 200_000)), says()]),
    async run(stage) {
      const answer = await stage.start();
      assertStatus(answer, "completed");
      assert.notEqual(resultOf(answer, "call_0"), "");
      assert.equal((await stage.gate.list({ tool: "pay" })).items.length, 0, "somebody was asked about a denied call");
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.unknown-tool-asks",
    title: "A tool that no rule names is asked about.",
    guards: "A tool that somebody adds later runs ungated because nobody thought of a rule.",
    setting: () =>
      payments([calls({ id: "call_0", tool: "wipe", args: { disk: "all" } }), says()], {
        tools: [{ name: "wipe", args: z.object({ disk: z.string() }) }],
      }),
    async run(stage) {
      assert.equal(onlyPending(await stage.start()).tool, "wipe");
      assert.deepEqual(stage.effects(), []);
    },
  },
  {
    id: "unsigned.forgotten-tool",
    title: "An agent with a tool that nobody gated doesn't run: the runner refuses it before the model is asked.",
    guards: "A tool that somebody adds and forgets to gate pays before anybody notices.",
    needs: ["ungated"],
    setting: () => wiping("forgotten"),
    async run(stage) {
      const answer = await stage.start();
      assertStatus(answer, "error");
      assert.equal(answer.code, "SETUP");
      assert.equal(answer.requests, 0, "the model was asked");
      assert.deepEqual(stage.effects(), []);
    },
  },
  {
    id: "unsigned.meant-ungated",
    title: "A tool that the runner's `ungated` names runs without the gate, and the others stay gated.",
    guards: "The check is in the way of tools that need no signature, so people look for a way around it.",
    needs: ["ungated"],
    setting: () => wiping("meant"),
    async run(stage) {
      const { tool } = onlyPending(await stage.start());
      assert.equal(tool, "pay");
      assert.deepEqual(
        stage.effects().map(({ tool }) => tool),
        ["wipe"],
      );
    },
  },
  {
    id: "unsigned.broken-predicate-asks",
    title: "A condition that throws asks.",
    guards: "A bug in a predicate opens the gate.",
    setting: () => ({
      ...payments([calls(payment("call_0", 5)), says()]),
      policy: definePolicy({
        tools: {
          pay: {
            args: Payment,
            ask: () => {
              throw new Error("a bug in the policy");
            },
          },
        },
      }),
    }),
    async run(stage) {
      onlyPending(await stage.start());
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.same-call-id-later",
    title: "The same call id with the same arguments on a later turn is another call: it asks again.",
    guards: "Models reuse call_0, so one signature would sign every later payment.",
    native: true,
    needs: ["repeatedIds"],
    setting: () => payments([calls(payment("call_0", 4_200)), calls(payment("call_0", 4_200)), says()]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const second = onlyPending(await stage.resume());
      assertPaid(stage, LARGE);
      await stage.decide(second, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE, LARGE);
    },
  },
  {
    id: "unsigned.identical-action-later",
    title: "An identical second action under a new call id asks again.",
    guards: "A signature for one payment is taken for a standing order.",
    native: true,
    setting: () => payments([calls(payment("a", 4_200)), calls(payment("b", 4_200)), says()]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      await stage.decide(onlyPending(await stage.resume()), reject("once is enough"));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "unsigned.larger-later",
    title: "A decision on an earlier call never reaches a later one with other arguments.",
    guards: "A stale tab approves 5,000 and 1,000,000 is paid.",
    native: true,
    needs: ["repeatedIds"],
    setting: () => payments([calls(payment("call_0", 5_000)), calls(payment("call_0", 90_000)), says()]),
    async run(stage) {
      const first = onlyPending(await stage.start());
      await stage.decide(first, approve());
      onlyPending(await stage.resume());
      await stage.resume({ again: true });
      assertPaid(stage, { amount: 5_000, to: "Acme Corp" });
    },
  },
  {
    id: "unsigned.invalid-args",
    title: "Arguments that the schema refuses go back to the model, and nobody is asked; its next try is.",
    guards: "Reviewers are asked to sign calls that could never run.",
    setting: () =>
      payments([calls({ id: "a", tool: "pay", args: { amount: "much", to: "Acme Corp" } }), calls(payment("b", 4_200)), says()]),
    async run(stage) {
      const answer = await stage.start();
      assert.deepEqual(onlyPending(answer).args, LARGE);
      assert.notEqual(resultOf(answer, "a"), "");
      assert.equal((await stage.gate.list({})).items.length, 1, "somebody was asked about arguments that don't parse");
      assertPaid(stage);
    },
  },
  {
    id: "unsigned.edited-call-stays-guarded",
    title: "An edit signs its own arguments only: the model's next call is asked about again.",
    guards: "An edit becomes a grant for the tool.",
    native: true,
    setting: () => payments([calls(payment("call_0", 9_000)), calls(payment("call_0", 9_000)), says()]),
    needs: ["repeatedIds", "edit"],
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), edit({ amount: 8_000, to: "Acme Corp" }));
      onlyPending(await stage.resume());
      assertPaid(stage, { amount: 8_000, to: "Acme Corp" });
    },
  },
  {
    id: "unsigned.allowed-siblings",
    title: "A turn with an allowed, an asked and a denied call gives each its own result.",
    guards: "One call's verdict is applied to its neighbours.",
    needs: ["parallel"],
    setting: () => payments([calls(reading("r"), payment("p", 4_200), payment("d", 200_000)), says()]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, LARGE);
      assertTold(answer, "r", "report r1");
      assertTold(answer, "p", "paid 4200");
      assert.notEqual(resultOf(answer, "d"), "");
    },
  },
];
