import assert from "node:assert/strict";
import type { StorePort } from "@countersign/core/store";
import type { AdapterCase } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

/** The store says "approved" from now on, and nobody has signed. */
async function approveByHand({ gate }: Stage, id: string): Promise<void> {
  const store = gate.store as StorePort;
  const found = await gate.get(id);
  const record = found && (await store.getRequest(found.tenant, id));
  assert.ok(record, "the request is there");
  const { tenant, threadId, version } = record;
  const { ok } = await store.commit({
    tenant,
    changes: [
      { op: "put", kind: "request", record: { ...record, state: "approved" }, expects: version },
      { op: "add", kind: "thread", id: threadId, field: "open", by: -1 },
    ],
    events: [],
  });
  assert.ok(ok, "the store takes what it is given");
}

/** Whoever can write a record can't sign by it. */
export const forging: readonly AdapterCase[] = [
  {
    id: "forged.approval",
    title: "An approval that nobody signed, and that the policy does not give by itself, runs nothing; the run goes on.",
    guards: "One line in the database pays a million.",
    setting: () => payments([calls(payment("call_0", 4_200)), says()]),
    async run(stage) {
      const { id } = onlyPending(await stage.start());
      await approveByHand(stage, id);
      const answer = await stage.resume();
      assertPaid(stage);
      assert.equal(answer.status, "completed");
      assert.equal((await stage.gate.get(id))?.status, "cancelled");
    },
  },
];
