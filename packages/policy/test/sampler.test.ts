import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, definePolicy, MASK, type AllowedCall } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampler, type SampledCall } from "../src/sampler.ts";

const call = (amount: number): AllowedCall => ({
  namespace: undefined,
  tool: "read",
  args: { amount },
  threadId: "t",
  agent: "a",
  requestedBy: { id: "bob" },
  context: undefined,
  redact: undefined,
  policyHash: "hash",
});

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "countersign-sample-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the sampler", () => {
  it("appends lines to a file", async () => {
    const file = join(folder, "allowed.ndjson");
    const sample = sampler({ rate: 1, to: file });
    sample(call(1));
    await sample.flush();
    sample(call(2));
    await sample.flush();
    const kept = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as SampledCall); // prettier-ignore
    expect(kept).toEqual([1, 2].map((amount) => ({ ...JSON.parse(JSON.stringify(call(amount))), at: expect.any(Number), rate: 1 })));
  });

  it("writes in batches, beside the calls and not within them", async () => {
    const batches: (readonly SampledCall[])[] = [];
    const sample = sampler({ rate: 1, every: 20, to: (calls) => void batches.push(calls) });
    for (let n = 0; n < 50; n++) sample(call(n));
    expect(batches).toEqual([]);
    await expect.poll(() => batches.map(({ length }) => length), { timeout: 10_000 }).toEqual([50]);
  });

  it("keeps the call as it was", async () => {
    const kept: SampledCall[] = [];
    const sample = sampler({ rate: 1, to: (calls) => void kept.push(...calls) });
    const args = { amount: 1 };
    sample({ ...call(0), args });
    args.amount = 2;
    await sample.flush();
    expect(kept[0]?.args).toEqual({ amount: 1 });
  });

  it("masks what a rule hides", async () => {
    const kept: SampledCall[] = [];
    const sample = sampler({ rate: 1, to: (calls) => void kept.push(...calls) });
    sample({ ...call(1), redact: ["args.amount"] });
    await sample.flush();
    expect(kept[0]?.args).toEqual({ amount: MASK });
    expect(kept[0]).not.toHaveProperty("redact");
  });

  it("draws about its share", async () => {
    const kept: SampledCall[] = [];
    const sample = sampler({ rate: 0.5, to: (calls) => void kept.push(...calls) });
    for (let n = 0; n < 1_000; n++) sample(call(n));
    await sample.flush();
    expect(kept.length).toBeGreaterThan(350);
    expect(kept.length).toBeLessThan(650);
  });

  it("holds no more than it can write, and counts the rest", async () => {
    const kept: SampledCall[] = [];
    const sample = sampler({ rate: 1, to: (calls) => void kept.push(...calls) });
    for (let n = 0; n < 1_500; n++) sample(call(n));
    await sample.flush();
    sample(call(0));
    await sample.flush();
    expect(kept).toHaveLength(1_001);
    expect(kept.at(-1)?.missed).toBe(500);
  });

  it("tells of a batch that can't be written, and goes on with the next", async () => {
    const errors: unknown[] = [];
    const file = join(folder, "later", "allowed.ndjson");
    const sample = sampler({ rate: 1, to: file, onError: (error) => errors.push(error) });
    sample(call(1));
    await sample.flush();
    expect(errors).toMatchObject([{ code: "ENOENT" }]);
    mkdirSync(join(folder, "later"));
    sample(call(2));
    await sample.flush();
    expect(errors).toHaveLength(1);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ args: { amount: 2 } });
  });

  it("leaves out a call that is no JSON, and counts it", async () => {
    const kept: SampledCall[] = [];
    const sample = sampler({ rate: 1, to: (calls) => void kept.push(...calls) });
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    sample({ ...call(1), context: cyclic });
    sample(call(2));
    await sample.flush();
    expect(kept).toMatchObject([{ args: { amount: 2 }, missed: 1 }]);
  });

  it.each([
    [{ too: "allowed.ndjson" }, "sampler has no option too. Did you mean to?"],
    [{ rate: 1 }, "sampler got undefined in the place of to."],
    [{ to: "" }, "in the place of to."],
    [{ to: "allowed.ndjson", every: Number.NaN }, "sampler got NaN in the place of every."],
    [{ to: "allowed.ndjson", every: "5s" }, 'sampler got "5s" in the place of every.'],
    [undefined, "sampler got undefined in the place of its options."],
  ])("refuses %j", (options, message) => {
    expect(() => sampler(options as never)).toThrow(message);
  });

  it.each([0, -1, 1.1, Number.NaN])("refuses the rate %d", (rate) => {
    expect(() => sampler({ rate, to: "x" })).toThrow(expect.objectContaining({ code: "SETUP" }));
  });
});

describe("onAllowed", () => {
  const policy = definePolicy({
    default: "allow",
    tools: {
      pay: { ask: ({ args }) => Number(args["amount"]) > 10 },
      counted: { history: true, ask: ({ history }) => history.count() > 5 },
    },
  });
  const proposed = (tool: string, amount: number) => ({ turnId: "turn", callId: `${tool}-${amount}`, tool, args: { amount } });

  it("is told once of each call that is allowed and leaves no record, with what the policy looked at", async () => {
    const told: AllowedCall[] = [];
    await using store = memoryStore();
    const gate = createGate({ policy, store, warn: () => {}, onAllowed: (call) => told.push(call) });
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "test", requestedBy: "bob" });
    for (const each of [proposed("pay", 1), proposed("counted", 1)]) {
      await thread.mustWait(each, { fresh: true });
      expect((await thread.execute(each, () => "ran", { fresh: true })).status).toBe("ran");
    }
    expect(await thread.mustWait(proposed("pay", 11), { fresh: true })).toBe(true);
    await gate.ask({ threadId: "other", key: "k", tool: "pay", args: { amount: 1 } });
    expect(told).toEqual([{ ...call(1), tool: "pay", policyHash: policy.hash }]);
  });

  it.each([
    [
      () => {
        throw new Error("a bug");
      },
    ],
    [
      async () => {
        throw new Error("a bug");
      },
    ],
  ])("keeps no call from running, whatever it does: %s", async (onAllowed: () => void) => {
    await using store = memoryStore();
    const gate = createGate({ policy, store, warn: () => {}, onAllowed });
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "test" });
    expect((await thread.execute(proposed("pay", 1), () => "ran", { fresh: true })).status).toBe("ran");
    await new Promise((resolve) => setImmediate(resolve));
  });
});
