import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import type { AdapterCase, Setting, ToolSpec } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const context = { tenant: "acme" };

/** A payment is booked on the account of whoever the run is for: without it the tool can't work. */
const pay: NonNullable<ToolSpec["answer"]> = ({ amount }, perRun) => {
  if (!perRun) throw new Error("the tool was given nothing of its run");
  // Nothing that JSON would escape: some frameworks tell the model of a text as JSON.
  const given = Object.entries(perRun).map(([key, value]) => `[${key} ${String(value)}]`);
  return `paid ${String(amount)} on ${given.join(" ")}`;
};

/** `deployed`: the application makes something else of the same thread by now. */
function booking(variant: string): Setting {
  const version = variant === "deployed" ? "new" : "old";
  return {
    ...payments([calls(payment("small", 5)), calls(payment("large", 4_200)), says()], { pay }),
    perRun: ({ threadId, requestedBy, context }) => ({
      threadId,
      by: typeof requestedBy === "string" ? requestedBy : (requestedBy?.id ?? "nobody"),
      tenant: context?.["tenant"] ?? "nobody's",
      version,
    }),
  };
}

function assertGiven(answer: Parameters<typeof assertTold>[0], call: string, version = "old"): void {
  for (const what of ["[threadId thread-1]", "[by bob]", "[tenant acme]", `[version ${version}]`]) assertTold(answer, call, what);
}

async function assertDone(stage: Stage, id: string): Promise<void> {
  assert.equal((await stage.gate.get(id))?.execution, "done");
  assertPaid(stage, { amount: 5, to: "Acme Corp" }, LARGE);
}

/** What a framework is given for each run is made again from the thread, whoever wakes it. */
export const perRun: readonly AdapterCase[] = [
  {
    id: "per-run.resumed",
    title: "What the framework gives the tools for one run is made from the thread at the start, and again at a bare resume.",
    guards: "A resumed payment has no tenant, or the run fails for ever because nobody is left who knew it.",
    needs: ["perRun"],
    setting: booking,
    async run(stage) {
      const started = await stage.start({ context });
      const call = onlyPending(started);
      assertGiven(started, "small");
      await stage.decide(call, approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertGiven(answer, "large");
      await assertDone(stage, call.id);
    },
  },
  {
    id: "per-run.worker",
    title: "A worker that wakes a thread gives its run the same.",
    guards: "Whatever a web request knew is missing where the worker goes on.",
    needs: ["perRun", "durable"],
    setting: booking,
    async run(stage) {
      const call = onlyPending(await stage.start({ context }));
      await stage.decide(call, approve());
      await stage.work();
      await assertDone(stage, call.id);
    },
  },
  {
    id: "per-run.anew",
    title: "It is made anew for each run: a deploy in between is seen.",
    guards: "A connection or a setting that was made for the start is kept, and used days later.",
    needs: ["perRun", "durable"],
    setting: booking,
    async run(stage) {
      const call = onlyPending(await stage.start({ context }));
      await stage.decide(call, approve());
      const answer = await stage.resume({ variant: "deployed" });
      assertStatus(answer, "completed");
      assertGiven(answer, "large", "new");
      await assertDone(stage, call.id);
    },
  },
  {
    id: "per-run.streamed",
    title: "Streams give it as well.",
    guards: "The way that a user interface takes forgets what the other way knows.",
    needs: ["perRun", "streaming"],
    setting: booking,
    async run(stage) {
      const started = await stage.start({ context, stream: true });
      const call = onlyPending(started);
      assertGiven(started, "small");
      await stage.decide(call, approve());
      const answer = await stage.resume({ stream: true });
      assertStatus(answer, "completed");
      assertGiven(answer, "large");
      await assertDone(stage, call.id);
    },
  },
];
