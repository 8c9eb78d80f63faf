import assert from "node:assert/strict";
import { approve, edit, reject } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, paid, pendingTo } from "./expect.ts";
import { calls, payment, payments, reading, says } from "./payments.ts";

const three = [calls(payment("a", 2_000, "A"), payment("b", 3_000, "B"), payment("c", 4_000, "C")), says()];

/** Several calls in one turn. */
export const parallel: readonly AdapterCase[] = [
  {
    id: "parallel.reverse-order",
    title: "Decisions in reverse order hit their own calls.",
    guards: "Decisions that go by position sign each other's calls.",
    needs: ["parallel", "edit"],
    native: true,
    setting: () => payments(three),
    async run(stage) {
      const asked = await stage.start();
      await stage.decide(pendingTo(asked, "C"), edit({ amount: 4_001, to: "C" }));
      await stage.decide(pendingTo(asked, "B"), reject("not B"));
      await stage.decide(pendingTo(asked, "A"), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, { amount: 2_000, to: "A" }, { amount: 4_001, to: "C" });
      assertTold(answer, "a", "paid 2000 to A");
      assertTold(answer, "c", "paid 4001 to C");
    },
  },
  {
    id: "parallel.partial",
    title: "With some calls decided and others not, a resume waits: no request to the model, nothing lost, nothing forged.",
    guards: "A half-answered turn runs what nobody answered, or can never be answered again.",
    needs: ["parallel", "partial"],
    native: true,
    setting: () => payments(three),
    async run(stage) {
      const asked = await stage.start();
      await stage.decide(pendingTo(asked, "B"), approve());
      const half = await stage.resume();
      assertStatus(half, "suspended");
      assert.equal(half.requests, 0);
      for (const { to } of paid(stage)) assert.equal(to, "B", "an undecided call ran");
      await stage.decide(pendingTo(half, "A"), reject("not A"));
      await stage.decide(pendingTo(half, "C"), approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, { amount: 3_000, to: "B" }, { amount: 4_000, to: "C" });
    },
  },
  {
    id: "parallel.allowed-sibling",
    title: "An allowed call beside a pending one has its result when the turn is done, and the pending one runs once.",
    guards: "A sibling that ran before the pause loses its result, and the turn can't be finished.",
    needs: ["parallel"],
    native: true,
    setting: () => payments([calls(reading("r"), payment("p", 4_200)), says()]),
    async run(stage) {
      await stage.decide(pendingTo(await stage.start(), "Acme Corp"), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "r", "report r1");
      assertTold(answer, "p", "paid 4200");
      assertPaid(stage, { amount: 4_200, to: "Acme Corp" });
      assert.ok(stage.effects().some(({ tool }) => tool === "read"));
    },
  },
  {
    id: "parallel.hundred",
    title: "A hundred calls in one turn wait together, are decided one by one, and run once each.",
    guards: "An agent that pays a hundred invoices at once brings the gate down, or slips some through.",
    needs: ["parallel"],
    setting: () => payments([calls(...Array.from({ length: 100 }, (_, n) => payment(`call_${n}`, 2_000 + n, `V${n}`))), says()]),
    async run(stage) {
      const asked = await stage.start();
      assertStatus(asked, "suspended");
      assert.equal(asked.pending.length, 100);
      await Promise.all(
        asked.pending.map((call, n) =>
          stage.gate.decide({ id: call.id, digest: call.digest }, n % 10 === 0 ? reject("no") : approve(), { by: { id: "alice" } }),
        ),
      );
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.equal(answer.transcript.filter(({ role }) => role === "result").length, 100);
      assert.equal(new Set(paid(stage).map(({ to }) => to)).size, 90);
      assert.equal(paid(stage).length, 90);
    },
  },
  {
    id: "parallel.partly-repeated-ids",
    title: "A turn of which one call repeats an earlier turn's id and another doesn't executes both, and both have results.",
    guards: "A call whose id was answered once before is taken for done: it never runs, and the history is invalid.",
    needs: ["repeatedIds", "parallel"],
    setting: () =>
      payments([calls(payment("call_0", 2_000, "A")), calls(payment("call_0", 3_000, "B"), payment("call_1", 4_000, "C")), says()]),
    async run(stage) {
      await stage.decide(pendingTo(await stage.start(), "A"), approve());
      const asked = await stage.resume();
      await stage.decide(pendingTo(asked, "B"), approve());
      await stage.decide(pendingTo(asked, "C"), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, { amount: 2_000, to: "A" }, { amount: 3_000, to: "B" }, { amount: 4_000, to: "C" });
    },
  },
  {
    id: "parallel.duplicate-id",
    title: "Two different calls under one id in a turn are refused with a typed error, and neither runs.",
    guards: "One signature stands for two calls.",
    needs: ["parallel"],
    setting: () => payments([calls(payment("same", 2_000, "A"), payment("same", 3_000, "B")), says()]),
    async run(stage) {
      assertCode(await stage.start(), "DUPLICATE_CALL");
      assertPaid(stage);
    },
  },
];
