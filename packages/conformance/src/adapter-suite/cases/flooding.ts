import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };

/** More questions than reviewers can answer. */
export const flooding: readonly AdapterCase[] = [
  {
    id: "flood.requester",
    title: "Whoever has too many requests waiting gets a typed error for the next; what waits stays decidable, and then it is asked.",
    guards: "An agent out of hand buries the one request that matters, or its run is lost with the refusal.",
    setting: () => ({ ...payments([calls(payment("call_0", 4_200)), says()]), limits: { requester: 1 } }),
    async run(stage) {
      const first = onlyPending(await stage.start());
      assertCode(await stage.start({ threadId: "thread-2" }), "TOO_MANY_REQUESTS");
      assert.equal((await stage.gate.list({ threadId: "thread-2" })).items.length, 0);
      assertPaid(stage);
      await stage.decide(first, approve());
      assertStatus(await stage.resume(), "completed");
      const second = onlyPending(await stage.resume({ threadId: "thread-2" }));
      await stage.decide(second, approve(), { threadId: "thread-2" });
      assertStatus(await stage.resume({ threadId: "thread-2" }), "completed");
      assertPaid(stage, LARGE, LARGE);
    },
  },
  {
    id: "flood.turn",
    title: "A turn with more calls than a thread may have waiting is refused as a whole: nothing is asked and nothing runs.",
    guards: "Half of a turn waits for signatures, and nobody knows of the other half.",
    needs: ["parallel"],
    setting: () => ({ ...payments([calls(payment("a", 2_000, "A"), payment("b", 3_000, "B")), says()]), limits: { thread: 1 } }),
    async run(stage) {
      assertCode(await stage.start(), "TOO_MANY_REQUESTS");
      assert.equal((await stage.gate.list({})).items.length, 0);
      assertCode(await stage.resume(), "TOO_MANY_REQUESTS");
      assert.equal((await stage.gate.list({})).items.length, 0);
      assertPaid(stage);
    },
  },
];
