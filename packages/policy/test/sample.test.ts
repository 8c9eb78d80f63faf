import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, definePolicy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sample, type SampledCall } from "../src/sample.ts";

const policy = definePolicy({
  default: "allow",
  tools: { pay: { ask: ({ args }) => Number(args["amount"]) > 10 }, never: "deny" },
});
const call = (tool: string, amount: number) => ({ tool, args: { amount }, threadId: "t", agent: "a", requestedBy: { id: "bob" } });

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "countersign-sample-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("sample", () => {
  it("keeps allowed calls and no others, with what a policy looks at, and changes no verdict", async () => {
    const file = join(folder, "allowed.ndjson");
    const sampled = sample(policy, { rate: 1, to: file });
    for (const amount of [1, 11, 2]) expect(sampled.check(call("pay", amount))).toEqual(policy.check(call("pay", amount)));
    expect(sampled.check(call("never", 1)).type).toBe("deny");
    await sampled.flush();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const kept = lines.map((line) => JSON.parse(line) as SampledCall);
    expect(kept.map(({ args }) => args["amount"])).toEqual([1, 2]);
    expect(kept[0]).toEqual({ at: expect.any(Number), rate: 1, policyHash: policy.hash, ...call("pay", 1) });
    expect(sampled.hash).toBe(policy.hash);
  });

  it("writes in batches, beside the calls and not within them", async () => {
    const batches: (readonly SampledCall[])[] = [];
    const sampled = sample(policy, { rate: 1, every: 20, to: (calls) => void batches.push(calls) });
    for (let n = 0; n < 50; n++) sampled.check(call("read", n));
    expect(batches).toEqual([]);
    await expect.poll(() => batches.map(({ length }) => length)).toEqual([50]);
  });

  it("keeps the call as it was", async () => {
    const batches: SampledCall[] = [];
    const sampled = sample(policy, { rate: 1, to: (calls) => void batches.push(...calls) });
    const args = { amount: 1 };
    sampled.check({ ...call("read", 0), args });
    args.amount = 2;
    await sampled.flush();
    expect(batches[0]?.args).toEqual({ amount: 1 });
  });

  it("draws about its share, and a call that is judged twice once", async () => {
    const kept: SampledCall[] = [];
    const sampled = sample(policy, { rate: 0.5, to: (calls) => void kept.push(...calls) });
    for (let n = 0; n < 1_000; n++) {
      const once = call("read", n);
      for (let again = 0; again < 5; again++) sampled.check(once);
    }
    await sampled.flush();
    expect(kept.length).toBeGreaterThan(350);
    expect(kept.length).toBeLessThan(650);
  });

  it("holds no more than it can write, and counts the rest", async () => {
    const kept: SampledCall[] = [];
    const sampled = sample(policy, { rate: 1, to: (calls) => void kept.push(...calls) });
    for (let n = 0; n < 1_500; n++) sampled.check(call("read", n));
    await sampled.flush();
    sampled.check(call("read", 0));
    await sampled.flush();
    expect(kept).toHaveLength(1_001);
    expect(kept.at(-1)?.missed).toBe(500);
  });

  it("goes on when a batch can't be written", async () => {
    const errors: unknown[] = [];
    const sampled = sample(policy, { rate: 1, to: join(folder, "no", "such", "folder"), onError: (error) => errors.push(error) });
    sampled.check(call("read", 1));
    await sampled.flush();
    expect(errors).toHaveLength(1);
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(sampled.check({ ...call("read", 1), args: cyclic }).type).toBe("allow");
    expect(() => sample(policy, { rate: 0, to: "x" })).toThrow(expect.objectContaining({ code: "SETUP" }));
  });

  it("stands in a gate like any policy", async () => {
    const kept: SampledCall[] = [];
    const sampled = sample(policy, { rate: 1, to: (calls) => void kept.push(...calls) });
    await using store = memoryStore();
    const gate = createGate({ policy: sampled, store });
    expect((await gate.ask({ threadId: "t", key: "1", tool: "pay", args: { amount: 1 } })).status).toBe("allowed");
    expect((await gate.ask({ threadId: "t", key: "2", tool: "pay", args: { amount: 11 } })).status).toBe("pending");
    await sampled.flush();
    expect(kept.map(({ args }) => args)).toEqual([{ amount: 1 }]);
  });
});
